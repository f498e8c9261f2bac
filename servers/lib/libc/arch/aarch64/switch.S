/*
 * The moments of a thread's life that C cannot write: its first and its last
 * stack, a signal's handler, and being cancelled.
 * aarch64; used by glue/threads.c and faults.c.
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

/* A signal's handler begins here, in the midst of anything: sp points to a
 * struct frame (glue/faults.c), 16-byte aligned. The end is an instruction
 * that is none: its exception tells that the frame is to be taken up again. */
        .global vitrine_fault_entry
        .hidden vitrine_fault_entry
        .type vitrine_fault_entry, %function
vitrine_fault_entry:
        .cfi_startproc
        .cfi_undefined x30
        mov x0, sp
        sub sp, sp, #528
        stp q0, q1, [sp, #0]
        stp q2, q3, [sp, #32]
        stp q4, q5, [sp, #64]
        stp q6, q7, [sp, #96]
        stp q8, q9, [sp, #128]
        stp q10, q11, [sp, #160]
        stp q12, q13, [sp, #192]
        stp q14, q15, [sp, #224]
        stp q16, q17, [sp, #256]
        stp q18, q19, [sp, #288]
        stp q20, q21, [sp, #320]
        stp q22, q23, [sp, #352]
        stp q24, q25, [sp, #384]
        stp q26, q27, [sp, #416]
        stp q28, q29, [sp, #448]
        stp q30, q31, [sp, #480]
        mrs x1, fpsr
        mrs x2, fpcr
        add x3, sp, #512
        stp x1, x2, [x3]
        mov x29, #0
        mov x30, #0
        bl vitrine_fault_run
        add x3, sp, #512
        ldp x1, x2, [x3]
        msr fpsr, x1
        msr fpcr, x2
        ldp q0, q1, [sp, #0]
        ldp q2, q3, [sp, #32]
        ldp q4, q5, [sp, #64]
        ldp q6, q7, [sp, #96]
        ldp q8, q9, [sp, #128]
        ldp q10, q11, [sp, #160]
        ldp q12, q13, [sp, #192]
        ldp q14, q15, [sp, #224]
        ldp q16, q17, [sp, #256]
        ldp q18, q19, [sp, #288]
        ldp q20, q21, [sp, #320]
        ldp q22, q23, [sp, #352]
        ldp q24, q25, [sp, #384]
        ldp q26, q27, [sp, #416]
        ldp q28, q29, [sp, #448]
        ldp q30, q31, [sp, #480]
        add sp, sp, #528
        .global vitrine_fault_leave
        .hidden vitrine_fault_leave
vitrine_fault_leave:
        udf #0
        .cfi_endproc
        .size vitrine_fault_entry, . - vitrine_fault_entry

/* A thread that computes is cancelled at once: musl's handler lets it go on
 * here. */
        .global __cp_cancel
        .hidden __cp_cancel
        .type __cp_cancel, %function
__cp_cancel:
        .cfi_startproc
        .cfi_undefined x30
        bl __cancel
        brk #0
        .cfi_endproc
        .size __cp_cancel, . - __cp_cancel

        .section .note.GNU-stack, "", %progbits
