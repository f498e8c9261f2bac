/*
 * The moments of a thread's life that C cannot write: its first and its last
 * stack, a signal's handler, and being cancelled.
 * x86-64; used by glue/threads.c and faults.c.
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

/* A signal's handler begins here, in the midst of anything: rsp points to a
 * struct frame (glue/faults.c), 16-byte aligned. The end is an instruction
 * that is none: its exception tells that the frame is to be taken up again. */
        .global vitrine_fault_entry
        .hidden vitrine_fault_entry
        .type vitrine_fault_entry, @function
vitrine_fault_entry:
        .cfi_startproc
        .cfi_undefined rip
        movq %rsp, %rdi
        subq $512, %rsp
        fxsave (%rsp)
        xorl %ebp, %ebp
        call vitrine_fault_run
        fxrstor (%rsp)
        addq $512, %rsp
        .global vitrine_fault_leave
        .hidden vitrine_fault_leave
vitrine_fault_leave:
        ud2
        .cfi_endproc
        .size vitrine_fault_entry, . - vitrine_fault_entry

/* A thread that computes is cancelled at once: musl's handler lets it go on
 * here. */
        .global __cp_cancel
        .hidden __cp_cancel
        .type __cp_cancel, @function
__cp_cancel:
        .cfi_startproc
        .cfi_undefined rip
        andq $-16, %rsp
        call __cancel
        hlt
        .cfi_endproc
        .size __cp_cancel, . - __cp_cancel

        .section .note.GNU-stack, "", @progbits
