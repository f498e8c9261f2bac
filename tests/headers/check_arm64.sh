#!/bin/sh
# Builds arm64_syscall.c for aarch64 and runs it under qemu-user. TAP output.
#
# usage: check_arm64.sh INCLUDE_DIR OUT_DIR
cc=aarch64-linux-gnu-gcc
if ! command -v $cc >/dev/null || ! command -v qemu-aarch64 >/dev/null; then
    echo "1..0 # SKIP needs $cc and qemu-user"
    exit 0
fi
out=$2/arm64_syscall
$cc -std=gnu17 -O2 -Wall -Wextra -Werror -static -DVITRINE_SIM -ffixed-x18 \
    -I"$1" -o "$out" "$(dirname "$0")/arm64_syscall.c" || exit 1
exec qemu-aarch64 "$out"
