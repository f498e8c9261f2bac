/*
 * User code of the CPU tests that owns every register, aarch64.
 */
        .text

.macro SYSCALL
        adr     x30, 9f
        b       l4_vitrine_sim_syscall
9:
.endm

/* As in user_registers_x86_64.S: a pattern in each register, a load from x0
 * that faults, then all of them stored from x0 + 8 on. */
        .globl user_registers, user_registers_fault
user_registers:
.irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
        mov     x\n, #(0x100 + \n)
.endr
.irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        mov     x\n, #(0x100 + \n)
.endr
        mov     x30, #0x1234
        fmov    d0, x30
        mov     x30, #0x5678
        fmov    d31, x30
        mov     x30, #1
        cmp     x30, #1                 /* carry set */
user_registers_fault:
        ldr     x30, [x0]
        cset    x30, cs
        str     x30, [x0, #8]
.irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
        str     x\n, [x0, #(8 + 8 * \n)]
.endr
.irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        str     x\n, [x0, #(8 + 8 * \n)]
.endr
        str     q0, [x0, #256]
        str     q31, [x0, #272]
1:      SYSCALL
        b       1b

        .globl user_unchecked_load, user_unchecked_store
user_unchecked_load:
        ldr     x3, [x0]
        mov     x0, #1
        SYSCALL
        b       user_unchecked_load
user_unchecked_store:
        str     x0, [x0]
        mov     x0, #1
        SYSCALL
        b       user_unchecked_store

        .globl user_breakpoint, user_illegal, user_stack_gone
user_breakpoint:
        brk     #0
user_illegal:
        udf     #0
/* A step with a stack that is not there. */
user_stack_gone:
        mov     sp, x0
        adr     x30, .
        b       __sanitizer_cov_trace_pc

        .globl user_thread_pointer
user_thread_pointer:
        mrs     x3, tpidr_el0
        ldr     x3, [x3]
        mov     x0, #1
        SYSCALL
        b       user_thread_pointer

        .section .note.GNU-stack, "", %progbits
