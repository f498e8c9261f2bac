# vitrine replay: the run of a trace again, bit for bit.
#
# The trace has the words the run was asked for with, and all that came from
# outside. The run is repeated from its beginning with these inputs; it is
# deterministic, so stopping at a time of the trace is stopping there.

. "$cli/run.sh"
. "$cli/gdb.sh"

to='' back='' under_gdb=0 file='' watch=--text

parse_replay()
{
    while [ $# -gt 0 ]; do
        case $1 in
        --to | --back | -ex | -x)
            need_value "$1" $#
            case $1 in
            --to) is_time "$1" "$2" && to=$2 ;;
            --back) is_number "$1" "$2" && back=$2 ;;
            *) for_gdb "$1" "$2" ;;
            esac
            shift
            ;;
        --gdb) under_gdb=1 ;;
        --monitor) watch='' ;;
        --batch) for_gdb "$1" ;;
        -*) die_usage "unknown option '$1'" ;;
        *)
            [ -z "$file" ] || die_usage "one trace at a time"
            file=$1
            ;;
        esac
        shift
    done
    [ -n "$file" ] || die_usage "replay needs a trace FILE"
    [ -z "$to" ] || [ -z "$back" ] || die_usage "--to or --back, not both"
}

replay_gdb()
{
    option --until "${to:-1000000s}"
    make_sim_args
    trap : INT # is gdb's; the inputs go when it has ended
    eval "gdb -q -nx -x \"\$root/tools/gdb/vitrine.gdb\" \
        -x \"\$root/tools/gdb/vitrine.py\" -ex 'break sim_stop_hook' \
        -ex run $gdb_args --args \"\$sim\" --gdb $sim_args"
    exit
}

# To the end, and back by checkpoints: a process that sleeps goes on again.
replay_back()
{
    monitor="--back $back"
    if [ "$under_gdb" = 1 ]; then
        monitor="$monitor --text --gdb"
        eval "set -- $gdb_args"
        for _w; do
            quote "$_w"
            monitor="$monitor --gdb-word=$quoted"
        done
    else
        monitor="$monitor $watch"
    fi
    trace=$work/again.vtr
    run_watched
    exit "$code"
}

# Until a time: the same as the trace as far as it goes.
replay_to()
{
    option --until "$to"
    make_sim_args
    eval "\"\$sim\" $sim_args"
    code=$?
    [ "$code" != 102 ] || code=0
    exit "$code"
}

# A run that was ended from outside (Ctrl-C, a signal) may know no end: it is
# repeated to the time when that happened, and a microsecond more, for what was
# done at that very time. That time (ns) in `ended`, empty: it was not so.
find_interruption()
{
    interrupted=6 # enum vtr_end
    ended=$("$tool" --to csv --event END "$file" |
        awk -F, -v end=$interrupted '$4 == "END" && $6 == end {print $1}')
    [ -z "$ended" ] || option --until "$((ended + 1000))ns"
}

# What happened, without how all was left.
events_of_run()
{
    "$tool" --to csv "$1" | sed -E '/,(END|WAIT|SNAP_[A-Z]+),/,$d'
}

# Does the replay begin with all of an interrupted run?
replay_interrupted()
{
    events_of_run "$file" > "$work/first"
    lines=$(wc -l < "$work/first")
    if events_of_run "$trace" | head -n "$lines" | cmp -s "$work/first" -; then
        say "replayed: the same $((lines - 1)) records," \
            "to where it was interrupted" >&2
        exit 0
    fi
}

# The whole run, and whether it was the same.
replay_all()
{
    trace=$work/again.vtr
    run_traced
    [ -s "$trace" ] || exit "$code"
    [ -z "$ended" ] || replay_interrupted
    if "$tool" diff "$file" "$trace" > "$work/diff"; then
        say "replayed: $(cat "$work/diff")" >&2
        exit "$code"
    fi
    cat "$work/diff" >&2
    die "the replay is not the same run (another build, or inputs lost?)"
}

cmd_replay()
{
    parse_replay "$@"
    ensure_setup build run
    ensure_built runnable
    need_tool vitrine-trace
    work=$(mktemp -d) || die "no temporary folder"
    trap 'rm -rf "$work"' EXIT
    asked=$("$tool" --to words "$file") || exit $?
    [ -n "$asked" ] || die "$file: does not say how the run was asked for" \
        "(a trace of \`vitrine run\` does)"
    "$tool" --to inputs "$file" > "$work/inputs"
    eval "parse_run $asked"
    option --replay "$work/inputs"
    eval "run_words $words"
    find_interruption
    if [ -n "$back" ]; then
        replay_back
    elif [ -z "$watch" ]; then
        monitor=' '
        trace=$work/again.vtr
        run_watched
        exit "$code"
    elif [ "$under_gdb" = 1 ]; then
        replay_gdb
    elif [ -n "$to" ]; then
        replay_to
    fi
    replay_all
}
