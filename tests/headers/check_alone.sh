#!/bin/sh
# Compiles every public header alone, for each target there is a compiler
# for, in the simulator's way into the kernel and the hardware's. TAP output.
#
# usage: check_alone.sh INCLUDE_DIR CC [CC...]
include=$1
shift
here=$(dirname "$0")
count=0

# report NAME COMMAND...: one TAP line; what the command prints are comments.
report()
{
    name=$1
    shift
    count=$((count + 1))
    if output=$("$@" 2>&1); then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        echo "$output" | sed 's/^/# /'
    fi
}

# compile_all CC ARCH FLAGS...: all headers, one translation unit each.
compile_all()
{
    cc=$1
    arch=$2
    shift 2
    for h in $headers; do
        case $h in
        l4/sys/arch/$arch/*) ;;
        l4/sys/arch/*) continue ;;
        esac
        case "$h $*" in
        l4/vitrine/trace_*.h*c++*) continue ;; # for C tools only
        esac
        if ! printf '#include <%s>\n#include <%s>\nint x;\n' "$h" "$h" |
            $cc -Wall -Wextra -Werror -I"$include" -fsyntax-only "$@" -; then
            echo "in <$h>"
            return 1
        fi
    done
}

cd "$include" || exit 1
headers=$(find l4 -name '*.h' | LC_ALL=C sort)
cd - >/dev/null || exit 1

for cc in "$@"; do
    if ! command -v "${cc%% *}" >/dev/null; then
        count=$((count + 1))
        echo "ok $count - $cc # SKIP not installed"
        continue
    fi
    case $($cc -dumpmachine) in
    x86_64*) arch=amd64 fixed= ;;
    aarch64*) arch=arm64 fixed=-ffixed-x18 ;;
    riscv64*) arch=riscv fixed= ;;
    esac
    c='-xc -std=gnu17 -Wpedantic'
    report "$arch: hardware" compile_all "$cc" $arch $c
    report "$arch: freestanding" compile_all "$cc" $arch $c \
        -ffreestanding -fno-builtin
    report "$arch: numbers and layouts" $cc $c -Wall -Werror \
        -I"$include" -fsyntax-only "$here/layout.c"
    report "$arch: signatures" $cc $c -Wall -Werror \
        -I"$include" -fsyntax-only "$here/signatures.c"
    report "$arch: old and new spellings" $cc $c -Wall -Wextra -Werror \
        -I"$include" -fsyntax-only "$here/spellings.c"
    case $arch in
    riscv) ;; # no simulator there
    *) report "$arch: simulator" compile_all "$cc" $arch $c \
        -DVITRINE_SIM $fixed ;;
    esac
done
if command -v g++ >/dev/null; then
    report "C++: simulator" compile_all g++ amd64 -xc++ -std=gnu++17 \
        -DVITRINE_SIM
fi
echo "1..$count"
