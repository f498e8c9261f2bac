#!/bin/sh
# Lets libFuzzer drive the core's fuzz targets, from the corpus in the tree.
#
#   tests/fuzz/run.sh [SECONDS [TARGET...]]      60 s each; all targets
#
# Builds with clang in build-fuzz (or $FUZZ_BUILD). What is new is kept in
# build-fuzz/corpus; an input that fails is left in build-fuzz as crash-*.
# Exits 77 if there is no clang with libFuzzer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=${FUZZ_BUILD:-$root/build-fuzz}
seconds=${1:-60}
[ $# = 0 ] || shift
[ $# != 0 ] || set -- message mspace cap trace

probe='int LLVMFuzzerTestOneInput(void *p, long n) { return p == 0 && n < 0; }'
if ! printf '%s\n' "$probe" |
    clang -fsanitize=fuzzer,address -x c - -o /dev/null 2> /dev/null; then
    echo "no clang with libFuzzer here (apt-get install clang): nothing is run"
    exit 77
fi
[ -f "$build/build.ninja" ] ||
    CC=clang meson setup "$build" "$root" -Dfuzz=true -Duser=false \
        > /dev/null
for target; do
    ninja -C "$build" --quiet "tests/fuzz/fuzz_$target"
done
# The longest input, bytes: system calls are short, records are not.
longest()
{
    case $1 in
    trace) echo 4096 ;;
    *) echo 600 ;;
    esac
}

for target; do
    mkdir -p "$build/corpus/$target"
    log=$build/fuzz_$target.log
    if (cd "$build" &&
        "tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=$(longest "$target") \
            -len_control=0 -artifact_prefix="$build/crash-$target-" \
            "corpus/$target" "$here/corpus/$target" > "$log" 2>&1); then
        echo "fuzz_$target: $(tail -n 1 "$log"), nothing found"
    else
        tail -n 40 "$log"
        echo "fuzz_$target: FAILED; the input is in $build"
        exit 1
    fi
done
