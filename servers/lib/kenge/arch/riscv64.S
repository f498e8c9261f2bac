/*
 * A new thread's first instructions: at sp lie a function and its argument.
 */
        .text
        .option norelax
        .global kenge_thread_entry
        .type kenge_thread_entry, %function
kenge_thread_entry:
        li s0, 0
        li ra, 0
        ld a1, 0(sp)
        ld a0, 8(sp)
        addi sp, sp, 16
        jalr a1
        ebreak
        .size kenge_thread_entry, . - kenge_thread_entry

        .section .note.GNU-stack, "", %progbits
