/*
 * A new thread's first instructions: at sp lie a function and its argument.
 */
        .text
        .global kenge_thread_entry
        .type kenge_thread_entry, @function
kenge_thread_entry:
        xorl %ebp, %ebp
        popq %rax
        popq %rdi
        andq $-16, %rsp
        call *%rax
        ud2
        .size kenge_thread_entry, . - kenge_thread_entry

        .section .note.GNU-stack, "", @progbits
