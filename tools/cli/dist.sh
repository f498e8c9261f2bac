# vitrine dist: the archives for students and for instructors. Python does the
# work (tools/dist).

. "$cli/setup.sh"

cmd_dist()
{
    [ $# -eq 0 ] || die_usage "dist takes no '$1'"
    ensure_setup build run
    ensure_built runnable
    VITRINE_BUILD=$build exec python3 "$root/tools/dist/dist.py" \
        --to "${out:-$root/out/dist}"
}
