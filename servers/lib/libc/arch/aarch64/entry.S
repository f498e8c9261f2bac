/*
 * Where a program begins on aarch64: sp points to the start block, x0 holds
 * the kernel information page's address for sigma0 and moe.
 */
        .text
        .global _start
        .type _start, %function
_start:
        .cfi_startproc
        .cfi_undefined x30
        mov x29, #0
        mov x30, #0
        mov x1, x0
        mov x0, sp
        and sp, x0, #-16
        bl crt_start
        brk #0
        .cfi_endproc
        .size _start, . - _start

        .section .note.GNU-stack, "", %progbits
