# vitrine bench: the figures, each beside a floor measured in the same run; of
# the simulator, or with --target NAME of a machine in QEMU.

. "$cli/setup.sh"

cmd_bench()
{
    _target='' _rest=''
    while [ $# -gt 0 ]; do
        case $1 in
        --target=*) _target=${1#*=} ;;
        --target)
            [ $# -gt 1 ] || die_usage "--target needs a value"
            _target=$2
            shift
            ;;
        *)
            quote "$1"
            _rest="$_rest $quoted"
            ;;
        esac
        shift
    done
    eval "set -- $_rest"
    ensure_setup build run
    if [ -n "$_target" ] && [ "$_target" != sim ]; then
        ensure_built runnable
        options=''
        . "$cli/target.sh"
        build_target "$_target"
        exec "$root/tools/qemu/bench.py" --target "$_target" \
            --kernel "$target_kernel" --programs "$programs" "$@"
    fi
    ensure_built runnable sim-kernel/port/sim/vitrine-sim-untraced \
        tests/tools/make-trace
    need_tool vitrine-bench
    exec "$tool" --root "$root" --build "$build" "$@"
}
