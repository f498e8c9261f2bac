# vitrine run: one program or system description in the simulator.
#
# The simulator writes a trace beside its final name and moves it there at the
# end, so an existing file stays whole when a run goes wrong at the start. The
# exit code is the simulator's.

. "$cli/setup.sh"
. "$cli/system.sh"

options='' target='' trace='' graph='' extra='' words=''
monitor='' # its options; empty: nobody watches
typed='' # what decides about the run, for its trace

need_value()
{
    [ "$2" -gt 1 ] || die_usage "$1 needs a value"
}

is_number()
{
    case $2 in
    '' | *[!0-9]*) die_usage "$1: '$2' is not a number" ;;
    esac
}

# 64M, 1G, 65536: what --ram takes.
is_size()
{
    _n=${2%[KMG]}
    case $_n in
    '' | *[!0-9]*) die_usage "$1: '$2' is not a size (64M, 1G, bytes)" ;;
    esac
}

# 8080:80, udp:0:53: what --forward takes.
is_forward()
{
    _n=${2#udp:}
    _n=${_n#tcp:}
    case ${_n%%:*}/${_n#*:} in
    *[!0-9/]* | /* | */) die_usage "$1: '$2' is not [udp:]HOSTPORT:GUESTPORT" ;;
    esac
    [ "$_n" != "${_n#*:}" ] ||
        die_usage "$1: '$2' is not [udp:]HOSTPORT:GUESTPORT"
}

# 5s, 1.5s, 20ms, 3us, 100ns, 2: what --until takes.
is_time()
{
    _n=${2%s}
    _n=${_n%[mun]}
    case $_n in
    '' | *[!0-9.]*) die_usage "$1: '$2' is not a time (2s, 20ms, 3us)" ;;
    esac
}

option()
{
    for _o; do
        quote "$_o"
        options="$options $quoted"
    done
}

# kept_option --NAME VALUE: what a replay needs to know (the machine, what is
# traced), in $kept as one would type it, too.
kept_option()
{
    option "$1" "$2"
    case $2 in
    *[!A-Za-z0-9_./:,=@%+-]* | '') quote "$2" ;;
    *) quoted=$2 ;;
    esac
    kept="$1 $quoted"
}

machine_option()
{
    kept_option "$1" "$2"
    typed="$typed $kept"
}

word()
{
    quote "$1"
    words="$words $quoted"
}

# Splits the arguments: the simulator's options, ours, SYSTEM and its words.
parse_run()
{
    while [ $# -gt 0 ]; do
        case $1 in
        --?*=*)
            _name=${1%%=*}
            _value=${1#*=}
            shift
            set -- "$_name" "$_value" "$@"
            ;;
        esac
        case $1 in
        --ram | --cpus | --seed | --max-steps | --until | --input | --trace | \
            --trace-tasks | --graph | --module | --target | --time-limit | --qemu | \
            --disk | --net | --forward | --console | --screen | \
            --events | --break)
            need_value "$1" $#
            case $1 in
            --ram) is_size "$1" "$2" && machine_option "$1" "$2" ;;
            --cpus | --seed) is_number "$1" "$2" && machine_option "$1" "$2" ;;
            --max-steps) is_number "$1" "$2" && option "$1" "$2" ;;
            --until) is_time "$1" "$2" && option "$1" "$2" ;;
            --input)
                [ "$2" = - ] || [ -r "$2" ] || die "$2: cannot be read (--input)"
                option "$1" "$2"
                ;;
            --target) [ "$2" = sim ] || target=$2 ;;
            --time-limit) is_number "$1" "$2" && option "$1" "$2" ;;
            --qemu) option "$1=$2" ;;
            --trace) trace=$2 ;;
            --trace-tasks) machine_option "$1" "$2" ;;
            --break)
                quote "$2"
                monitor="$monitor --break $quoted"
                ;;
            --graph) graph=$2 ;;
            --disk)
                _value=${2%,ro}
                [ -r "${_value%,snapshot}" ] ||
                    die "${_value%,snapshot}: cannot be read (--disk)"
                machine_option "$1" "$2"
                ;;
            --net)
                case $2 in
                hub | pcap:* | link:?* | user) machine_option "$1" "$2" ;;
                *) die_usage "--net: '$2' is none of hub, pcap:IN[,OUT]," \
                    "link:PATH[,MAC], user" ;;
                esac
                ;;
            --forward) is_forward "$1" "$2" && machine_option "$1" "$2" ;;
            --events)
                [ -r "$2" ] || die "$2: cannot be read (--events)"
                machine_option "$1" "$2"
                ;;
            --console | --screen)
                check_writable "$2"
                machine_option "$1" "$2"
                ;;
            --module)
                [ -f "$2" ] && [ -r "$2" ] ||
                    die "$2: cannot be read (--module)"
                quote "$2"
                extra="$extra $quoted"
                typed="$typed --module $quoted"
                ;;
            esac
            shift
            ;;
        --monitor) monitor="$monitor " ;;
        --text) monitor="$monitor --text" ;;
        --parallel | --realtime | --no-fast-path) option "$1" ;;
        --host-clock | --keys)
            option "$1"
            typed="$typed $1"
            ;;
        --)
            shift
            while [ $# -gt 0 ]; do
                word "$1"
                shift
            done
            break
            ;;
        -?*)
            # Once SYSTEM is known, what looks like an option may be the
            # program's own, but then it stands after `--`.
            die_usage "unknown option '$1'${words:+ (a program's own options follow --)}"
            ;;
        *) word "$1" ;;
        esac
        shift
    done
    typed="${typed# }${typed:+ }--$words"
}

# Checks where the results are to go before anything runs.
check_outputs()
{
    [ -z "$trace" ] || check_writable "$trace"
    [ -n "$graph" ] || return 0
    check_writable "$graph"
    case $graph in
    *.svg | *.dot | *.png) ;;
    *) die "$graph: the graph's file ends in .svg, .dot or .png" ;;
    esac
    need_tool vitrine-graph
}

# A trace, and in the simulator's what it takes to run it again.
trace_options()
{
    option --trace "$trace"
    [ -n "$target" ] || option --words "$typed"
}

# Everything behind the simulator's name, quoted in $sim_args.
make_sim_args()
{
    [ -x "$sim" ] || die "$sim is missing: the simulator was not built"
    quote "$programs"
    sim_args="$options --programs $quoted"
    if [ -n "$target" ]; then
        quote "$target_kernel"
        sim_args="--target $target --kernel $quoted $options"
    fi
    quote "$system"
    sim_args="$sim_args --system $quoted"
    quote "$boot"
    sim_args="$sim_args --command $quoted $modules $extra"
}

# A simulator that died by a signal has a bug of its own; an interrupt has
# its code from the simulator or from the shell.
own_code()
{
    if [ "$code" -gt 130 ] || [ "$code" = 129 ]; then
        say "vitrine: the simulator died (signal $((code - 128)))" >&2
        code=$EXIT_BUG
    fi
}

# Becomes the simulator: nothing is to be done after the run.
exec_sim()
{
    [ -z "$trace" ] || trace_options
    make_sim_args
    eval "exec \"\$sim\" $sim_args"
}

# Runs the simulator with a trace; $code is its exit code.
run_traced()
{
    trace_options
    make_sim_args
    trap : INT
    eval "\"\$sim\" $sim_args"
    code=$?
    trap - INT
    own_code
}

# Runs the simulator and draws the graph from its trace.
run_and_draw()
{
    [ -n "$trace" ] || temporary_trace
    run_traced
    if [ -s "$trace" ]; then
        "$tool" -o "$graph" "$trace" || [ "$code" != 0 ] || code=$?
    fi
}

# A trace that is only there for the monitor goes with it.
temporary_trace()
{
    trace=$(mktemp "${TMPDIR:-/tmp}/vitrine.XXXXXX") ||
        die "no temporary file for the trace"
    trap 'rm -f "$trace"' EXIT
}

# The run as the monitor's: it starts it, stops it, steps it.
run_watched()
{
    need_tool vitrine-monitor
    watcher=$tool
    [ -n "$trace" ] || temporary_trace
    trace_options
    make_sim_args
    VITRINE_COMMAND=$root/vitrine
    export VITRINE_COMMAND
    eval "\"\$watcher\" $monitor \"\$trace\" -- \"\$sim\" $sim_args"
    code=$?
}

# run_words WORDS...: SYSTEM and its arguments.
run_words()
{
    [ $# -gt 0 ] || die_usage "run needs a SYSTEM"
    find_system "$@"
    check_outputs
    if [ -n "$cfg" ]; then
        . "$cli/wants.sh"
        apply_wants
    fi
}

cmd_run()
{
    parse_run "$@"
    [ -n "$words" ] || die_usage "run needs a SYSTEM"
    [ -z "$monitor" ] || [ -z "$target" ] ||
        die_usage "--monitor watches the simulator only"
    ensure_setup build run
    ensure_built runnable
    if [ -n "$target" ]; then
        . "$cli/target.sh"
        build_target "$target"
    fi
    eval "run_words $words"
    if [ -n "$monitor" ]; then
        run_watched
        exit "$code"
    fi
    if [ -z "$graph" ]; then
        exec_sim
    fi
    run_and_draw
    exit "$code"
}
