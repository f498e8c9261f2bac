# vitrine monitor: a trace on the terminal, event by event, by the C tool.

. "$cli/setup.sh"

cmd_monitor()
{
    [ $# -gt 0 ] || die_usage "monitor needs a trace FILE"
    ensure_setup build run
    ensure_built runnable
    need_tool vitrine-monitor
    VITRINE_COMMAND=$root/vitrine
    export VITRINE_COMMAND
    exec "$tool" "$@"
}
