/*
 * The two moments of a thread's life that C cannot write: its first and its
 * last stack. aarch64; used by glue/threads.c.
 */
        .text

/* A new thread starts here. On its stack: function, argument. */
        .global vitrine_thread_entry
        .hidden vitrine_thread_entry
        .type vitrine_thread_entry, %function
vitrine_thread_entry:
        .cfi_startproc
        .cfi_undefined x30
        mov x29, #0
        mov x30, #0
        ldp x1, x0, [sp], #16
        blr x1
        bl vitrine_thread_exit
        brk #0
        .cfi_endproc
        .size vitrine_thread_entry, . - vitrine_thread_entry

/* vitrine_call_on(stack_top, function, argument): never returns. */
        .global vitrine_call_on
        .hidden vitrine_call_on
        .type vitrine_call_on, %function
vitrine_call_on:
        .cfi_startproc
        .cfi_undefined x30
        and x0, x0, #-16
        mov sp, x0
        mov x29, #0
        mov x30, #0
        mov x0, x2
        blr x1
        brk #0
        .cfi_endproc
        .size vitrine_call_on, . - vitrine_call_on

        .section .note.GNU-stack, "", %progbits
