/*
 * A new thread's first instructions: at sp lie a function and its argument.
 */
        .text
        .global kenge_thread_entry
        .type kenge_thread_entry, %function
kenge_thread_entry:
        mov x29, #0
        mov x30, #0
        ldp x1, x0, [sp], #16
        blr x1
        brk #0
        .size kenge_thread_entry, . - kenge_thread_entry

        .section .note.GNU-stack, "", %progbits
