# vitrine bench: the figures, each beside a floor measured in the same run.

. "$cli/setup.sh"

cmd_bench()
{
    ensure_setup build run
    ensure_built runnable
    need_tool vitrine-bench
    exec "$tool" --root "$root" --build "$build" "$@"
}
