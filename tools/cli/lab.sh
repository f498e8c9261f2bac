# vitrine lab: the exercises. Python does the work (tools/lab/vlab); this
# sees to it that everything it needs is built.

. "$cli/setup.sh"

run_vlab()
{
    ensure_setup build run
    ensure_built runnable
    command -v python3 > /dev/null || die "python3 is missing"
    case $0 in
    ./* | ../*) export VITRINE_CALLED="$0" ;;
    esac
    PYTHONPATH=$root/tools/lab VITRINE_BUILD=$build \
        exec python3 -B -m vlab "$@"
}

cmd_lab()
{
    [ $# -gt 0 ] || die_usage "lab needs a command: list, start, run, check, submit"
    run_vlab lab "$@"
}
