/*
 * Where a program begins on riscv64: sp points to the start block, a0 holds
 * the kernel information page's address for sigma0 and moe. gp is the
 * kernel's (the UTCB): nothing here or in the program may set it.
 */
        .text
        .option norelax
        .global _start
        .type _start, %function
_start:
        .cfi_startproc
        .cfi_undefined ra
        li s0, 0
        li ra, 0
        mv a1, a0
        mv a0, sp
        andi sp, sp, -16
        call crt_start
        ebreak
        .cfi_endproc
        .size _start, . - _start

        .section .note.GNU-stack, "", %progbits
