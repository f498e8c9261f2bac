/*
 * The information page's clock (<l4/sys/kip.h>): user code, copied to the page
 * by port_clock_code() and called there. What it computes is port_time().
 */

/* rax: ns */
.macro NOW
        rdtsc
        shl     $32, %rdx
        or      %rdx, %rax
        sub     clock_data(%rip), %rax
        mulq    clock_data + 8(%rip)
        shrd    $32, %rdx, %rax
.endm

        .section .rodata
        .p2align 4
        .globl  clock_code, clock_data
clock_code:                             /* 0x900: us */
        NOW
        xor     %edx, %edx
        mov     $1000, %ecx
        div     %rcx
        ret
        .org    clock_code + 0x80       /* 0x980: ns */
        NOW
        ret
        .org    clock_code + 0x100
clock_data:                             /* struct clock_data */
        .quad   0, 0

        .section .note.GNU-stack, "", @progbits
