# vitrine view: a trace and its viewer as one HTML file, by the C tool.

. "$cli/setup.sh"

cmd_view()
{
    [ $# -gt 0 ] || die_usage "view needs a trace FILE"
    ensure_setup build run
    ensure_built runnable
    need_tool vitrine-view
    exec "$tool" --programs "$programs" "$@"
}
