# vitrine explore: one system on many seeds, in parallel processes, until one
# of them goes wrong.
#
#   seeds   0 1 2 3 | 4 5 6 7 | 8 ...      a batch of --jobs at a time
#                         ^ fails: its trace, the nearest passing one, and
#                           where the two part, in out/explore
#
# A batch is waited for as a whole, and judged in the order of its seeds, so
# that the answer does not depend on which process was faster.

. "$cli/run.sh"

seeds=0..99 jobs='' fail_on=deadlock,fault,exit policy='' keep_going=0
failed_seeds='' passed='' done_seeds=0

parse_seeds()
{
    first=${seeds%%..*} last=${seeds##*..}
    case $seeds in
    *..*) ;;
    *) die_usage "--seeds: '$seeds' is not A..B" ;;
    esac
    is_number --seeds "$first"
    is_number --seeds "$last"
    [ "$first" -le "$last" ] || die_usage "--seeds: '$seeds' is empty"
}

# deadlock, fault, exit, findings, policy:FILE, with commas.
parse_fail_on()
{
    _ifs=$IFS
    IFS=,
    for _f in $fail_on; do
        case $_f in
        deadlock | fault | exit | limit | findings) ;;
        policy:*)
            policy=${_f#policy:}
            [ -r "$policy" ] || die "$policy: cannot be read (--fail-on)"
            ;;
        *) die_usage "--fail-on: not '$_f' (deadlock, fault, exit, limit, findings, policy:FILE)" ;;
        esac
    done
    IFS=$_ifs
}

# Takes our own options out; what is left is in $rest.
parse_explore()
{
    rest=''
    while [ $# -gt 0 ]; do
        case $1 in
        --seeds | --jobs | --fail-on)
            need_value "$1" $#
            case $1 in
            --seeds) seeds=$2 ;;
            --jobs) is_number "$1" "$2" && jobs=$2 ;;
            --fail-on) fail_on=$2 ;;
            esac
            shift
            ;;
        --all) keep_going=1 ;;
        --seed | --trace | --graph) die_usage "$1 is explore's own business" ;;
        *) keep "$1" ;;
        esac
        shift
    done
    parse_seeds
    parse_fail_on
    [ -n "$jobs" ] || jobs=$(nproc 2>/dev/null || echo 2)
    [ "$jobs" -gt 0 ] || die_usage "--jobs: at least 1"
}

asks_for()
{
    case ,$fail_on, in
    *,"$1",*) return 0 ;;
    esac
    return 1
}

# Why the run of seed $1 with exit code $2 failed, in $why; '' if it did not.
judge()
{
    why=''
    case $2 in
    0) ;;
    100) ! asks_for fault || why="a fault nobody handled" ;;
    101) ! asks_for deadlock || why="a dead-lock" ;;
    102) ! asks_for limit || why="a limit was reached" ;;
    103) die "the system does not start: $(tail -n 1 "$work/$1.err")" ;;
    104) why="a bug of ours: $(tail -n 1 "$work/$1.err")" ;;
    *) ! asks_for exit || why="its result is $2" ;;
    esac
    if [ -z "$why" ] && [ -n "$policy" ] &&
        ! "$build/tools/vitrine-graph" --check "$policy" "$work/$1.vtr" \
            > "$work/$1.why"; then
        why="the policy is broken: $(head -n 1 "$work/$1.why")"
    fi
    if [ -z "$why" ] && asks_for findings &&
        ! "$build/tools/vitrine-trace" --to findings "$work/$1.vtr" |
        tee "$work/$1.why" | grep -q ', 0 of them bad$'; then
        why=$(head -n 1 "$work/$1.why")
    fi
}

progress()
{
    [ -t 2 ] || return 0
    _width=$((30 * done_seeds / (last - first + 1)))
    printf '\r[%-30s] %d of %d seeds, %d failed ' \
        "$(printf '%*s' "$_width" '' | tr ' ' '#')" "$done_seeds" \
        $((last - first + 1)) "$(echo "$failed_seeds" | wc -w)" >&2
}

# Runs seeds $1 to $2 at once; exit codes are left in files.
run_batch()
{
    _seed=$1
    while [ "$_seed" -le "$2" ]; do
        {
            eval "\"\$sim\" --seed $_seed --trace \"\$work/$_seed.vtr\" \
                $sim_args" > "$work/$_seed.out" 2> "$work/$_seed.err" \
                < /dev/null
            echo $? > "$work/$_seed.code"
        } &
        _seed=$((_seed + 1))
    done
    wait
}

# The seed nearest to $1 that passed, in $nearest; '': none did.
find_nearest()
{
    nearest='' _best=''
    for _p in $passed; do
        _d=$(($1 - _p))
        [ "$_d" -ge 0 ] || _d=$((-_d))
        if [ -z "$_best" ] || [ "$_d" -lt "$_best" ]; then
            _best=$_d nearest=$_p
        fi
    done
}

tell_failure()
{
    [ ! -t 2 ] || printf '\r%60s\r' '' >&2
    say "seed $1: $2"
    cp "$work/$1.vtr" "$out/fail-$1.vtr"
    say "  shown again by: ./vitrine run --seed $1$shown"
    say "  its trace: $out/fail-$1.vtr"
}

# The failing run beside the nearest one that passed.
tell_divergence()
{
    find_nearest "$1"
    if [ -z "$nearest" ]; then
        say "  no seed passed, so there is nothing to compare it with"
        return
    fi
    # Batches before this one are gone: run it again, it is the same.
    eval "\"\$sim\" --seed $nearest --trace \"\$out/pass-$nearest.vtr\" \
        $sim_args" > /dev/null 2>&1 < /dev/null
    "$build/tools/vitrine-trace" diff "$out/pass-$nearest.vtr" \
        "$out/fail-$1.vtr" > "$out/divergence-$1.txt"
    say "  nearest seed that passes: $nearest ($out/pass-$nearest.vtr)"
    say "  where they part: $out/divergence-$1.txt"
    sed -n '1,8s/^/    /p' "$out/divergence-$1.txt"
}

explore_all()
{
    _next=$first
    while [ "$_next" -le "$last" ]; do
        _end=$((_next + jobs - 1))
        [ "$_end" -le "$last" ] || _end=$last
        run_batch "$_next" "$_end"
        _at=$_next
        while [ "$_at" -le "$_end" ]; do
            judge "$_at" "$(cat "$work/$_at.code")"
            done_seeds=$((done_seeds + 1))
            if [ -n "$why" ]; then
                failed_seeds="$failed_seeds $_at"
                tell_failure "$_at" "$why"
            else
                passed="$passed $_at"
            fi
            rm -f "$work/$_at".*
            _at=$((_at + 1))
        done
        progress
        [ -z "$failed_seeds" ] || [ "$keep_going" = 1 ] || break
        _next=$((_end + 1))
    done
    [ ! -t 2 ] || printf '\n' >&2
}

# explore_words WORDS...: SYSTEM and its arguments.
explore_words()
{
    [ $# -gt 0 ] || die_usage "explore needs a SYSTEM"
    find_system "$@"
    make_sim_args
}

cmd_explore()
{
    parse_explore "$@"
    shown=$rest
    eval "parse_run $rest"
    [ -n "$words" ] || die_usage "explore needs a SYSTEM"
    ensure_setup build run
    ensure_built runnable
    need_tool vitrine-trace
    eval "explore_words $words"
    need_out explore
    rm -f "$out"/fail-*.vtr "$out"/pass-*.vtr "$out"/divergence-*.txt
    work=$(mktemp -d) || die "no temporary folder"
    trap 'rm -rf "$work"' EXIT
    explore_all
    if [ -z "$failed_seeds" ]; then
        say "seeds $first to $last: none failed ($fail_on)"
        exit 0
    fi
    for _f in $failed_seeds; do
        tell_divergence "$_f"
        [ "$keep_going" = 1 ] || break
    done
    say "$done_seeds seeds tried, failed:$failed_seeds"
    exit 1
}
