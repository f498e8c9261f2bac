/*
 * The information page's clock on x86-64 hosts (<l4/sys/kip.h>): user code,
 * copied to the page by port_clock_code() and called there.
 *
 * Virtual time moves with the steps of the program that asks, so it is what is
 * left of the budget (hw-models/user_abi.h). No earlier than the page's clock:
 * CPUs that take turns may be a turn apart.
 */
#include "user_abi.h"

#define NS_PER_STEP 10 /* SIM_NS_PER_STEP */
#define FIELD       (clock_code - 0x900 + 0x20)

/* rax: ns */
.macro NOW
        imul    $NS_PER_STEP, %gs:HW_USER_BUDGET, %rcx
        mov     %gs:HW_USER_CLOCK, %rax
        sub     %rcx, %rax
.endm

        .section .rodata
        .p2align 4
        .globl  clock_code
clock_code:                             /* 0x900: us */
        NOW
        shr     $3, %rax                /* / 1000 */
        movabs  $0x20c49ba5e353f7cf, %rdx
        mul     %rdx
        shr     $4, %rdx
        mov     FIELD(%rip), %rax
        cmp     %rdx, %rax
        cmovb   %rdx, %rax
        ret
        .org    clock_code + 0x80       /* 0x980: ns */
        NOW
        imul    $1000, FIELD(%rip), %rcx
        cmp     %rcx, %rax
        cmovb   %rcx, %rax
        ret
        .org    clock_code + 0x100

        .section .note.GNU-stack, "", @progbits
