# vitrine dist: the archives for students and for instructors. Python does the
# work (tools/dist).

. "$cli/setup.sh"
. "$cli/target.sh"

# The machines of the labs, where their compilers are: students get kernels for
# them.
dist_machines()
{
    for _t in riscv64 aarch64; do
        command -v "$_t-linux-gnu-gcc" > /dev/null || continue
        command -v "qemu-system-$_t" > /dev/null || continue
        (options='' && build_target "$_t") < /dev/null ||
            say "vitrine: the archive will be without $_t" >&2
    done
}

cmd_dist()
{
    [ $# -eq 0 ] || die_usage "dist takes no '$1'"
    ensure_setup build run
    ensure_built runnable
    dist_machines
    VITRINE_BUILD=$build exec python3 "$root/tools/dist/dist.py" \
        --to "${out:-$root/out/dist}"
}
