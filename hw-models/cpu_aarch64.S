/*
 * The way into user code and back, aarch64.
 *
 * As cpu_x86_64.S. x18 holds the CPU block while user code runs; TPIDR_EL0
 * is the user's in between if the thread has a thread pointer. Of the vector
 * registers d8 to d15 are callee-saved, on both sides.
 *
 * No sequence of loads can restore all registers and jump, for the jump
 * itself takes a register. A full restore therefore goes through the host's
 * own way to do it: sigreturn, with a frame that cpu_host_aarch64.c made.
 */
#include "cpu_offsets.h"

#define NR_rt_sigreturn 139
#define FRAME_SIZE      160

        .text
        .globl hw_cpu_text, hw_cpu_text_end
hw_cpu_text:

/* int hw_cpu_enter(struct hw_user_block *x0, struct hw_regs *x1) */
        .globl hw_cpu_enter
        .type hw_cpu_enter, %function
        .p2align 5
hw_cpu_enter:
        .cfi_startproc
        stp     x29, x30, [sp, #-FRAME_SIZE]!
        .cfi_def_cfa_offset FRAME_SIZE
        .cfi_offset x29, -FRAME_SIZE
        .cfi_offset x30, -FRAME_SIZE + 8
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mov     x18, x0
        mov     x2, sp
        str     x2, [x18, #BLOCK_HOST_SP]
        str     x1, [x18, #BLOCK_REGS]
        mov     x2, #1
        str     x2, [x18, #BLOCK_IN_USER]
        ldr     x2, [x1, #REGS_TP]
        cbz     x2, 1f
        msr     tpidr_el0, x2
1:      ldr     x2, [x1, #REGS_CONTROL]
        cbz     x2, 1f
        msr     fpcr, x2
1:      ldrb    w2, [x1, #REGS_FULL]
        cbnz    w2, .Lfull
        ldp     d8, d9, [x1, #REGS_D(0)]
        ldp     d10, d11, [x1, #REGS_D(2)]
        ldp     d12, d13, [x1, #REGS_D(4)]
        ldp     d14, d15, [x1, #REGS_D(6)]
        ldp     x19, x20, [x1, #REGS_X(19)]
        ldp     x21, x22, [x1, #REGS_X(21)]
        ldp     x23, x24, [x1, #REGS_X(23)]
        ldp     x25, x26, [x1, #REGS_X(25)]
        ldp     x27, x28, [x1, #REGS_X(27)]
        ldp     x29, x30, [x1, #REGS_X(29)]
        ldp     x2, x17, [x1, #REGS_SP]
        mov     sp, x2
        mov     x4, #0
        mov     x5, #0
        mov     x6, #0
        mov     x7, #0
        mov     x8, #0
        mov     x9, #0
        mov     x10, #0
        mov     x11, #0
        mov     x12, #0
        mov     x13, #0
        mov     x14, #0
        mov     x15, #0
        mov     x16, #0
        ldp     x2, x3, [x1, #REGS_X(2)]
        ldp     x0, x1, [x1, #REGS_X(0)]
        br      x17

/* All registers: the saved state is a signal frame (hw_host_prepare_full). */
.Lfull:
        ldr     x2, [x1, #REGS_FPU]
        mov     sp, x2
        mov     x8, #NR_rt_sigreturn
        svc     #0

/* The doors. x30: return address into the program, x18: CPU block. */
        .globl hw_cpu_entry_syscall
        .p2align 4
hw_cpu_entry_syscall:
        ldr     x16, [x18, #BLOCK_REGS]
        stp     x0, x1, [x16, #REGS_X(0)]
        stp     x2, x3, [x16, #REGS_X(2)]
        mov     w0, #DOOR_SYSCALL

/* x16: regs, w0: door */
.Ltrap:
        stp     x19, x20, [x16, #REGS_X(19)]
        stp     x21, x22, [x16, #REGS_X(21)]
        stp     x23, x24, [x16, #REGS_X(23)]
        stp     x25, x26, [x16, #REGS_X(25)]
        stp     x27, x28, [x16, #REGS_X(27)]
        stp     x29, x30, [x16, #REGS_X(29)]
        stp     d8, d9, [x16, #REGS_D(0)]
        stp     d10, d11, [x16, #REGS_D(2)]
        stp     d12, d13, [x16, #REGS_D(4)]
        stp     d14, d15, [x16, #REGS_D(6)]
        mov     x17, sp
        stp     x17, x30, [x16, #REGS_SP]
        ldr     x17, [x16, #REGS_TP]
        cbz     x17, 1f
        ldr     x17, [x18, #BLOCK_HOST_TP]
        msr     tpidr_el0, x17
1:      mrs     x17, fpcr
        str     x17, [x16, #REGS_CONTROL]
        cbz     x17, 1f
        msr     fpcr, xzr
1:      strh    wzr, [x16, #REGS_FULL]  /* and `kept` */
        ldr     x17, [x18, #BLOCK_HOST_SP]
        mov     sp, x17
        str     xzr, [x18, #BLOCK_IN_USER]
.Lreturn:
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        ldp     x29, x30, [sp], #FRAME_SIZE
        ret
        .cfi_endproc

/* The vector registers go to the room for a signal's, laid out as there. */
        .globl hw_cpu_entry_syscall_fpu
        .p2align 4
hw_cpu_entry_syscall_fpu:
        ldr     x16, [x18, #BLOCK_REGS]
        stp     x0, x1, [x16, #REGS_X(0)]
        stp     x2, x3, [x16, #REGS_X(2)]
        ldr     x17, [x18, #CPU_FPU]
        add     x17, x17, #FPU_RECORD
        mrs     x0, fpsr
        mrs     x1, fpcr
        stp     w0, w1, [x17, #8]
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
                18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     q\n, [x17, #(16 + 16 * \n)]
        .endr
        mov     w0, #DOOR_SYSCALL_FPU
        b       .Ltrap

        .globl hw_cpu_entry_access
        .p2align 4
hw_cpu_entry_access:
        ldr     x16, [x18, #BLOCK_REGS]
        stp     x0, x1, [x16, #REGS_X(0)]
        str     x2, [x16, #REGS_X(2)]
        mov     w0, #DOOR_ACCESS
        b       .Ltrap

        .globl hw_cpu_entry_step
        .p2align 4
hw_cpu_entry_step:
        ldr     x16, [x18, #BLOCK_REGS]
        mov     w0, #DOOR_STEP
        b       .Ltrap

        .globl hw_cpu_entry_mmio
        .p2align 4
hw_cpu_entry_mmio:
        ldr     x16, [x18, #BLOCK_REGS]
        stp     x0, x1, [x16, #REGS_X(0)]
        stp     x2, x3, [x16, #REGS_X(2)]
        mov     w0, #DOOR_MMIO
        b       .Ltrap

/* A signal handler has saved everything and returned here, sp: the host
 * stack as hw_cpu_enter() left it. */
        .globl hw_cpu_entry_signal
        .p2align 4
hw_cpu_entry_signal:
        mov     w0, #DOOR_SIGNAL
        b       .Lreturn

hw_cpu_text_end:
        .size hw_cpu_enter, . - hw_cpu_enter
        .section .note.GNU-stack, "", %progbits
