/*
 * The two moments of a thread's life that C cannot write: its first and its
 * last stack. riscv64; used by glue/threads.c.
 */
        .text
        .option norelax

/* A new thread starts here. On its stack: function, argument. */
        .global vitrine_thread_entry
        .hidden vitrine_thread_entry
        .type vitrine_thread_entry, %function
vitrine_thread_entry:
        .cfi_startproc
        .cfi_undefined ra
        li s0, 0
        li ra, 0
        ld a1, 0(sp)
        ld a0, 8(sp)
        addi sp, sp, 16
        jalr a1
        call vitrine_thread_exit
        ebreak
        .cfi_endproc
        .size vitrine_thread_entry, . - vitrine_thread_entry

/* vitrine_call_on(stack_top, function, argument): never returns. */
        .global vitrine_call_on
        .hidden vitrine_call_on
        .type vitrine_call_on, %function
vitrine_call_on:
        .cfi_startproc
        .cfi_undefined ra
        andi sp, a0, -16
        li s0, 0
        li ra, 0
        mv a0, a2
        jalr a1
        ebreak
        .cfi_endproc
        .size vitrine_call_on, . - vitrine_call_on

        .section .note.GNU-stack, "", %progbits
