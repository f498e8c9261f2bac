# vitrine test: every test there is, or the kinds named; one line at the end.
# A kind is a folder of tests/: core (or unit), hw-models (or model), tools ...
#
# Meson runs the suites; what it counted is read from its JUnit log, where
# each TAP sub-test is a case of its own (tools/cli/count.awk).

. "$cli/setup.sh"

cmd_test()
{
    _suites='' _verbose=$verbose _targets='' _cpus=''
    while [ $# -gt 0 ]; do
        case $1 in
        -v) _verbose=1 ;;
        --target=*) add_target "${1#*=}" ;;
        --target)
            [ $# -gt 1 ] || die_usage "--target needs a value"
            add_target "$2"
            shift
            ;;
        --cpus=*) _cpus=${1#*=} ;;
        --cpus)
            [ $# -gt 1 ] || die_usage "--cpus needs a value"
            _cpus=$2
            shift
            ;;
        -*) die_usage "test: unknown option '$1'" ;;
        *) _suites="$_suites $1" ;;
        esac
        shift
    done
    if [ -n "$_targets" ]; then
        [ -z "$_suites" ] || die_usage "test: --target takes no kinds of tests"
        test_targets $_targets
    fi
    [ -z "$_cpus" ] || die_usage "test: --cpus goes with --target"
    ensure_setup build run test
    ensure_built
    choose_suites $_suites
    run_suites "$build" $suite_args
    say "$counts"
    exit "$code"
}

add_target()
{
    case $1 in
    all) _targets='sim riscv64 aarch64 x86_64' ;;
    sim | riscv64 | aarch64 | x86_64) _targets="$_targets $1" ;;
    *) die_usage "--target: '$1' is none of all, sim, riscv64, aarch64, x86_64" ;;
    esac
}

# test_targets NAME...: examples and kernel suite on each; ends the command.
# A test that is not there after all, because the machine hung, counts.
test_targets()
{
    . "$cli/target.sh"
    options='' _passed=0 _failed=0 _skipped=0
    for _target; do
        if [ "$_target" = sim ]; then
            ensure_setup build run test
            ensure_built
            run_suites "$build" --suite vitrine:kernel system-examples
        else
            test_machine "$_target"
        fi
        say "$_target: $counts"
        IFS=' ,' read -r _p _ _f _ _s _ << END
$counts
END
        _passed=$((_passed + _p)) _failed=$((_failed + _f))
        _skipped=$((_skipped + _s))
    done
    say "$_passed passed, $_failed failed, $_skipped skipped"
    [ "$_failed" = 0 ]
    exit
}

# test_machine NAME: shows what fails (all with -v); sets $counts. With $_cpus
# CPUs, if it is set.
test_machine()
{
    build_target "$1"
    _tap=$build-$1/machine.tap
    VITRINE_BUILD=$build python3 "$root/tests/machines/run.py" "$1" "$target_kernel" \
        "$build-$1/programs" ${_cpus:+--cpus "$_cpus"} > "$_tap" 2>&1
    code=$?
    if [ "$_verbose" = 1 ]; then
        cat "$_tap"
    else
        sed -n '/^not ok/p; /^#/p; /^[A-Z]/p' "$_tap"
    fi
    _f=$(grep -c '^not ok' "$_tap")
    _s=$(grep -c '^ok .* # SKIP' "$_tap")
    _p=$(($(grep -c '^ok' "$_tap") - _s))
    [ "$code" = 0 ] || [ "$_f" != 0 ] || _f=1 # it did not come to its end
    counts="$_p passed, $_f failed, $_s skipped"
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
    [ "$code" = 0 ] || python3 "$cli/failed.py" "$_folder/meson-logs/testlog.json"
}
