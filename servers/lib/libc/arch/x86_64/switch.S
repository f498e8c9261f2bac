/*
 * The two moments of a thread's life that C cannot write: its first and its
 * last stack. x86-64; used by glue/threads.c.
 */
        .text

/* A new thread starts here. On its stack: function, argument. */
        .global vitrine_thread_entry
        .hidden vitrine_thread_entry
        .type vitrine_thread_entry, @function
vitrine_thread_entry:
        .cfi_startproc
        .cfi_undefined rip
        xorl %ebp, %ebp
        popq %rax
        popq %rdi
        call *%rax
        call vitrine_thread_exit
        hlt
        .cfi_endproc
        .size vitrine_thread_entry, . - vitrine_thread_entry

/* vitrine_call_on(stack_top, function, argument): never returns. */
        .global vitrine_call_on
        .hidden vitrine_call_on
        .type vitrine_call_on, @function
vitrine_call_on:
        .cfi_startproc
        .cfi_undefined rip
        movq %rdi, %rsp
        andq $-16, %rsp
        xorl %ebp, %ebp
        movq %rdx, %rdi
        call *%rsi
        hlt
        .cfi_endproc
        .size vitrine_call_on, . - vitrine_call_on

        .section .note.GNU-stack, "", @progbits
