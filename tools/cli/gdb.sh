# vitrine gdb: the simulator under gdb, with symbols for every program that
# gets loaded (tools/gdb). Words before `--`: SYSTEM and run's options, and
# gdb's own --batch, -x FILE, -ex COMMAND, which go to gdb in order.

. "$cli/run.sh"

gdb_args=''

for_gdb()
{
    for _o; do
        quote "$_o"
        gdb_args="$gdb_args $quoted"
    done
}

# Takes gdb's options out; what is left is in $rest.
parse_gdb()
{
    rest=''
    while [ $# -gt 0 ]; do
        case $1 in
        --batch | -batch | -q | --quiet) for_gdb "$1" ;;
        -x | -ex | -iex | --command | --eval-command)
            need_value "$1" $#
            [ "$1" != -x ] || [ -r "$2" ] || die "$2: cannot be read (-x)"
            for_gdb "$1" "$2"
            shift
            ;;
        *) keep "$1" ;;
        esac
        shift
    done
}

# gdb_machine: QEMU waits at its first instruction, behind a socket; gdb is in
# front. Its end is QEMU's. The machine has no time limit unless one is given.
gdb_machine()
{
    command -v gdb-multiarch > /dev/null ||
        die "gdb-multiarch is missing (apt-get install gdb-multiarch)"
    . "$cli/target.sh"
    build_target "$target"
    eval "run_words $words"
    [ -z "$trace" ] || option --trace "$trace"
    case $options in
    *--time-limit*) ;;
    *) option --time-limit 0 ;;
    esac
    make_sim_args
    _folder=$(mktemp -d "${TMPDIR:-/tmp}/vitrine-gdb.XXXXXX") || exit
    trap 'kill $_machine 2> /dev/null; wait; rm -rf "$_folder"' EXIT
    eval "\"\$sim\" --gdb \"\$_folder/socket\" $sim_args < /dev/null &"
    _machine=$!
    # A socket has its name before somebody listens.
    while [ ! -e "$_folder/socket.ready" ]; do
        kill -0 $_machine 2> /dev/null || die "the machine did not start"
        sleep 0.1
    done
    trap : INT
    eval "VITRINE_PROGRAMS=\"\$programs\" gdb-multiarch -q -nx \
        -x \"\$root/tools/gdb/vitrine.gdb\" \
        -iex \"set confirm off\" -iex \"set remotetimeout 300\" \
        -ex \"target remote \$_folder/socket\" \
        -x \"\$root/tools/gdb/machine.py\" $gdb_args \"\$target_kernel\""
    exit
}

cmd_gdb()
{
    parse_gdb "$@"
    eval "parse_run $rest"
    [ -n "$words" ] || die_usage "gdb needs a SYSTEM"
    ensure_setup build run test
    ensure_built runnable
    if [ -n "$target" ]; then
        gdb_machine
    fi
    eval "run_words $words"
    [ -z "$trace" ] || option --trace "$trace" --words "$typed"
    make_sim_args
    eval "exec gdb -q -nx -x \"\$root/tools/gdb/vitrine.gdb\" \
        -x \"\$root/tools/gdb/vitrine.py\" $gdb_args \
        --args \"\$sim\" --gdb $sim_args"
}
