# vitrine graph: the capability graph of a trace file, by the C tool.

. "$cli/setup.sh"

cmd_graph()
{
    [ $# -gt 0 ] || die_usage "graph needs a trace FILE"
    ensure_setup build run
    ensure_built runnable
    need_tool vitrine-graph
    exec "$tool" --programs "$programs" "$@"
}
