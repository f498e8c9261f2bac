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

cmd_gdb()
{
    parse_gdb "$@"
    eval "parse_run $rest"
    [ -n "$words" ] || die_usage "gdb needs a SYSTEM"
    ensure_setup build run test
    ensure_built runnable
    eval "run_words $words"
    [ -z "$trace" ] || option --trace "$trace" --words "$typed"
    make_sim_args
    eval "exec gdb -q -nx -x \"\$root/tools/gdb/vitrine.gdb\" \
        -x \"\$root/tools/gdb/vitrine.py\" $gdb_args \
        --args \"\$sim\" --gdb $sim_args"
}
