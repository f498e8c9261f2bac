# vitrine trace: a trace file as text or as a diagram. The C tool knows the
# formats; it gets the words as they are.

. "$cli/setup.sh"

cmd_trace()
{
    [ $# -gt 0 ] || die_usage "trace needs a trace FILE"
    ensure_setup build run
    ensure_built runnable
    need_tool vitrine-trace
    exec "$tool" --programs "$programs" "$@"
}
