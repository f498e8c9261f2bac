/*
 * Where a program begins on x86-64: rsp points to the start block, rdi holds
 * the kernel information page's address for sigma0 and moe (0 otherwise is
 * not promised: start.c prefers what the block says).
 */
        .text
        .global _start
        .type _start, @function
_start:
        .cfi_startproc
        .cfi_undefined rip
        xorl %ebp, %ebp
        movq %rdi, %rsi
        movq %rsp, %rdi
        andq $-16, %rsp
        call crt_start
        hlt
        .cfi_endproc
        .size _start, . - _start

        .section .note.GNU-stack, "", @progbits
