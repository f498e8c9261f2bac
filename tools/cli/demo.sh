# vitrine demo: runs the demo system and leaves its pictures in out/demo.

. "$cli/run.sh"

# picture FILE TOOL ARG...: makes one file of the trace.
picture()
{
    _file=$1
    need_tool "$2"
    shift 2
    if "$tool" "$@" -o "$out/$_file" "$out/trace.vtr"; then
        made="$made $_file"
    else
        failed=1
    fi
}

describe()
{
    case $1 in
    trace.vtr) say "  $2  the trace: ./vitrine trace $2" ;;
    sequence.svg) say "  $2  who called whom (any browser)" ;;
    sequence.mmd) say "  $2  the same for Mermaid" ;;
    timeline.json) say "  $2  opens in https://ui.perfetto.dev" ;;
    capabilities.svg) say "  $2  who holds which capability" ;;
    capabilities.dot) say "  $2  the same for Graphviz" ;;
    report.html) say "  $2  everything, to look around in (any browser)" ;;
    esac
}

cmd_demo()
{
    parse_run "$@"
    [ -z "$words" ] || die_usage "demo takes no SYSTEM"
    ensure_setup build run
    ensure_built runnable
    need_out demo
    find_system "$root/examples/demo/demo.cfg"
    trace=$out/trace.vtr
    typed="$typed 'demo'"
    check_outputs
    run_traced
    [ -s "$trace" ] || exit "$code"

    made=trace.vtr failed=0
    picture sequence.svg vitrine-trace --to svg
    picture sequence.mmd vitrine-trace --to mermaid
    picture timeline.json vitrine-trace --to chrome
    picture capabilities.svg vitrine-graph
    picture capabilities.dot vitrine-graph
    picture report.html vitrine-view --programs "$programs"
    show=$out
    case $out in
    "$PWD"/*) show=${out#"$PWD"/} ;;
    esac
    say ""
    say "The run is in these files:"
    for _f in $made; do
        describe "$_f" "$show/$_f"
    done
    say "Next: ./vitrine run clntsrv --graph out/clntsrv.svg"
    [ "$code" != 0 ] || code=$failed
    exit "$code"
}
