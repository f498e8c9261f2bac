/*
 * The information page's clock on aarch64 hosts: see clock_x86_64.S.
 */
#include "user_abi.h"

#define NS_PER_STEP 10 /* SIM_NS_PER_STEP */
#define FIELD       (clock_code - 0x900 + 0x20)

/* x0: ns */
.macro NOW
        ldr     x1, [x18, #HW_USER_BUDGET]
        ldr     x2, [x18, #HW_USER_CLOCK]
        mov     x3, #NS_PER_STEP
        msub    x0, x1, x3, x2
.endm

/* x1: the page's clock */
.macro CLOCK
        adr     x1, FIELD
        ldr     x1, [x1]
.endm

        .section .rodata
        .p2align 4
        .globl  clock_code
clock_code:                             /* 0x900: us */
        NOW
        mov     x1, #1000
        udiv    x0, x0, x1
        CLOCK
        cmp     x0, x1
        csel    x0, x0, x1, hi
        ret
        .org    clock_code + 0x80       /* 0x980: ns */
        NOW
        CLOCK
        mov     x2, #1000
        mul     x1, x1, x2
        cmp     x0, x1
        csel    x0, x0, x1, hi
        ret
        .org    clock_code + 0x100

        .section .note.GNU-stack, "", %progbits
