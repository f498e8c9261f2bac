/*
 * The moments of a thread's life that C cannot write: its first and its last
 * stack, a signal's handler, and being cancelled.
 * riscv64; used by glue/threads.c and faults.c.
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

/* A signal's handler begins here, in the midst of anything: sp points to a
 * struct frame (glue/faults.c), 16-byte aligned. The end is an instruction
 * that is none: its exception tells that the frame is to be taken up again. */
        .global vitrine_fault_entry
        .hidden vitrine_fault_entry
        .type vitrine_fault_entry, %function
vitrine_fault_entry:
        .cfi_startproc
        .cfi_undefined ra
        mv a0, sp
        addi sp, sp, -272
        fsd f0, 0(sp)
        fsd f1, 8(sp)
        fsd f2, 16(sp)
        fsd f3, 24(sp)
        fsd f4, 32(sp)
        fsd f5, 40(sp)
        fsd f6, 48(sp)
        fsd f7, 56(sp)
        fsd f8, 64(sp)
        fsd f9, 72(sp)
        fsd f10, 80(sp)
        fsd f11, 88(sp)
        fsd f12, 96(sp)
        fsd f13, 104(sp)
        fsd f14, 112(sp)
        fsd f15, 120(sp)
        fsd f16, 128(sp)
        fsd f17, 136(sp)
        fsd f18, 144(sp)
        fsd f19, 152(sp)
        fsd f20, 160(sp)
        fsd f21, 168(sp)
        fsd f22, 176(sp)
        fsd f23, 184(sp)
        fsd f24, 192(sp)
        fsd f25, 200(sp)
        fsd f26, 208(sp)
        fsd f27, 216(sp)
        fsd f28, 224(sp)
        fsd f29, 232(sp)
        fsd f30, 240(sp)
        fsd f31, 248(sp)
        frcsr a1
        sd a1, 256(sp)
        li s0, 0
        li ra, 0
        call vitrine_fault_run
        ld a1, 256(sp)
        fscsr a1
        fld f0, 0(sp)
        fld f1, 8(sp)
        fld f2, 16(sp)
        fld f3, 24(sp)
        fld f4, 32(sp)
        fld f5, 40(sp)
        fld f6, 48(sp)
        fld f7, 56(sp)
        fld f8, 64(sp)
        fld f9, 72(sp)
        fld f10, 80(sp)
        fld f11, 88(sp)
        fld f12, 96(sp)
        fld f13, 104(sp)
        fld f14, 112(sp)
        fld f15, 120(sp)
        fld f16, 128(sp)
        fld f17, 136(sp)
        fld f18, 144(sp)
        fld f19, 152(sp)
        fld f20, 160(sp)
        fld f21, 168(sp)
        fld f22, 176(sp)
        fld f23, 184(sp)
        fld f24, 192(sp)
        fld f25, 200(sp)
        fld f26, 208(sp)
        fld f27, 216(sp)
        fld f28, 224(sp)
        fld f29, 232(sp)
        fld f30, 240(sp)
        fld f31, 248(sp)
        addi sp, sp, 272
        .global vitrine_fault_leave
        .hidden vitrine_fault_leave
vitrine_fault_leave:
        unimp
        .cfi_endproc
        .size vitrine_fault_entry, . - vitrine_fault_entry

/* A thread that computes is cancelled at once: musl's handler lets it go on
 * here. */
        .global __cp_cancel
        .hidden __cp_cancel
        .type __cp_cancel, %function
__cp_cancel:
        .cfi_startproc
        .cfi_undefined ra
        call __cancel
        ebreak
        .cfi_endproc
        .size __cp_cancel, . - __cp_cancel

        .section .note.GNU-stack, "", %progbits
