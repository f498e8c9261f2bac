/*
 * The information page's clock (<l4/sys/kip.h>): user code, copied to the page
 * by port_clock_code() and called there. What it computes is port_time().
 */

/* x0: ns */
.macro NOW
        isb
        mrs     x0, cntvct_el0
        adr     x1, clock_data
        ldp     x1, x2, [x1]
        sub     x0, x0, x1
        umulh   x1, x0, x2
        mul     x0, x0, x2
        extr    x0, x1, x0, #32
.endm

        .section .rodata
        .p2align 4
        .globl  clock_code, clock_data
clock_code:                             /* 0x900: us */
        NOW
        mov     x1, #1000
        udiv    x0, x0, x1
        ret
        .org    clock_code + 0x80       /* 0x980: ns */
        NOW
        ret
        .org    clock_code + 0x100
clock_data:                             /* struct clock_data */
        .quad   0, 0
