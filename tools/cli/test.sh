# vitrine test: every test there is, or the kinds named; one line at the end.
# A kind is a folder of tests/: core (or unit), hw-models (or model), tools ...
#
# Meson runs the suites; what it counted is read from its JUnit log, where
# each TAP sub-test is a case of its own (tools/cli/count.awk).

. "$cli/setup.sh"

cmd_test()
{
    _suites='' _verbose=$verbose
    for _w; do
        case $_w in
        -v) _verbose=1 ;;
        -*) die_usage "test: unknown option '$_w'" ;;
        *) _suites="$_suites $_w" ;;
        esac
    done
    ensure_setup build run test
    ensure_built
    choose_suites $_suites
    run_suites "$build" $suite_args
    say "$counts"
    exit "$code"
}

# choose_suites KIND...: checks that there are tests of each kind; Meson's
# arguments for them are in $suite_args.
choose_suites()
{
    suite_args=''
    [ $# != 0 ] || return 0
    _kinds=" $(meson test -C "$build" --no-rebuild --list 2> /dev/null |
        sed -n 's/^vitrine:\([a-z+-]*\) .*/\1/p' | sort -u | tr '\n' ' ')"
    for _kind; do
        case $_kind in
        unit) _kind=core ;;
        model) _kind=hw-models ;;
        esac
        case $_kinds in
        *" $_kind "*) suite_args="$suite_args --suite vitrine:$_kind" ;;
        *) die_usage "test: no kind '$_kind'; there are:$_kinds" ;;
        esac
    done
}

# run_suites BUILD [MESON-TEST-ARG...]: sets $counts, $code.
run_suites()
{
    _folder=$1
    shift
    _log=$_folder/meson-logs/testlog.junit.xml
    rm -f "$_log"
    set -- -C "$_folder" --no-rebuild --print-errorlogs "$@"
    [ -z "${VITRINE_JOBS:-}" ] || set -- "$@" --num-processes "$VITRINE_JOBS"
    [ "$_verbose" = 0 ] || set -- "$@" --verbose
    meson test "$@"
    code=$?
    if [ ! -f "$_log" ]; then
        counts="0 passed, $((code != 0)) failed, 0 skipped"
        return
    fi
    # A program that died before it could say what failed counts once.
    _more=0
    if [ "$code" != 0 ] && awk -f "$cli/count.awk" "$_log" > /dev/null; then
        _more=1
    fi
    counts=$(awk -v failed_more=$_more -f "$cli/count.awk" "$_log") || code=1
}
