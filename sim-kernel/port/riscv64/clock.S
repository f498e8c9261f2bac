/*
 * The information page's clock (<l4/sys/kip.h>): user code, copied to the page
 * by port_clock_code() and called there. What it computes is port_time().
 */

/* t0: ns */
.macro NOW
        rdtime  t0
        lla     t1, clock_data
        ld      t2, 0(t1)
        sub     t0, t0, t2
        ld      t1, 8(t1)
        mulhu   t2, t0, t1
        mul     t0, t0, t1
        slli    t2, t2, 32
        srli    t0, t0, 32
        or      t0, t0, t2
.endm

        .section .rodata
        .option norelax
        .option norvc
        .p2align 4
        .globl  clock_code, clock_data
clock_code:                             /* 0x900: us */
        NOW
        li      t1, 1000
        divu    a0, t0, t1
        ret
        .org    clock_code + 0x80       /* 0x980: ns */
        NOW
        mv      a0, t0
        ret
        .org    clock_code + 0x100
clock_data:                             /* struct clock_data */
        .quad   0, 0
