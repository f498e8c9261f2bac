#!/bin/sh
# Lets libFuzzer drive the fuzz targets, from the corpus in the tree.
#
#   tests/fuzz/run.sh [SECONDS [TARGET...]]      60 s each; all targets
#
# Of the services' targets, which are many and small, each gets a tenth of the
# time if none is named.
# Builds with clang in build-fuzz (or $FUZZ_BUILD). What is new is kept in
# build-fuzz/corpus; an input that fails is left in build-fuzz as crash-*.
# FUZZ_SEED makes the same inputs each time (0: others).
# Exits 77 if there is no clang with libFuzzer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=${FUZZ_BUILD:-$root/build-fuzz}
seconds=${1:-60}
[ $# = 0 ] || shift
share=1
[ $# != 0 ] || share=10

probe='int LLVMFuzzerTestOneInput(void *p, long n) { return p == 0 && n < 0; }'
if ! printf '%s\n' "$probe" |
    clang -fsanitize=fuzzer,address -x c - -o /dev/null 2> /dev/null; then
    echo "no clang with libFuzzer here (apt-get install clang): nothing is run"
    exit 77
fi
[ -f "$build/build.ninja" ] ||
    CC=clang meson setup "$build" "$root" -Dfuzz=true -Duser=false \
        > /dev/null
# Where each is built, by the build's own word.
targets=$(ninja -C "$build" -t targets all |
    sed -n 's|^\(tests/fuzz/[a-z/]*fuzz_[a-z0-9_]*\): .*|\1|p' |
    sort -u)
[ $# != 0 ] || for path in $targets; do
    set -- "$@" "${path##*/fuzz_}"
done
path_of()
{
    printf '%s\n' "$targets" | grep "/fuzz_$1\$" || {
        echo "there is no target '$1'" >&2
        exit 2
    }
}
paths=
for target; do
    paths="$paths $(path_of "$target")"
done
# shellcheck disable=SC2086
ninja -C "$build" --quiet $paths
# The longest input, bytes: system calls are short, records are not.
longest()
{
    case $1 in
    trace | tar | elf) echo 4096 ;;
    *) echo 600 ;;
    esac
}

# How long, in seconds.
duration()
{
    case $1 in
    decoder_* | server_* | tar | elf) echo $(((seconds + share - 1) / share)) ;;
    *) echo "$seconds" ;;
    esac
}

for target; do
    mkdir -p "$build/corpus/$target"
    log=$build/fuzz_$target.log
    if (cd "$build" &&
        "$(path_of "$target")" -max_total_time="$(duration "$target")" -max_len=$(longest "$target") \
            -seed="${FUZZ_SEED:-0}" -len_control=0 -detect_leaks=0 -artifact_prefix="$build/crash-$target-" \
            "corpus/$target" "$here/corpus/$target" > "$log" 2>&1); then
        echo "fuzz_$target: $(tail -n 1 "$log"), nothing found"
    else
        tail -n 40 "$log"
        echo "fuzz_$target: FAILED; the input is in $build"
        exit 1
    fi
done
