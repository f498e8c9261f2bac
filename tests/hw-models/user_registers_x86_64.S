/*
 * User code of the CPU tests that owns every register, x86-64.
 */
        .text

.macro SYSCALL
        lea     9f(%rip), %r11
        jmp     l4_vitrine_sim_syscall
9:
.endm

/* Gives each register a value of its own, then loads from rdi without a
 * check, loops to here for ever (each round one signal if not mapped). rdi
 * is the address to load from; [rdi + 8...] receives what the registers
 * hold afterwards. */
        .globl user_registers, user_registers_fault, user_registers_end
user_registers:
        mov     $0x11, %rax
        mov     $0x22, %rbx
        mov     $0x33, %rcx
        mov     $0x44, %rdx
        mov     $0x55, %rsi
        mov     $0x66, %rbp
        mov     $0x77, %r8
        mov     $0x88, %r9
        mov     $0x99, %r10
        mov     $0xaa, %r11
        mov     $0xbb, %r12
        mov     $0xcc, %r13
        mov     $0xdd, %r14
        mov     $0xee, %r15
        movq    %rax, %xmm0
        movq    %rbx, %xmm15
        pcmpeqd %xmm7, %xmm7
        fld1
        stc
user_registers_fault:
        mov     (%rdi), %rax
        mov     %rax, 0x00(%rdi)
        setc    0x08(%rdi)
        mov     %rbx, 0x10(%rdi)
        mov     %rcx, 0x18(%rdi)
        mov     %rdx, 0x20(%rdi)
        mov     %rsi, 0x28(%rdi)
        mov     %rbp, 0x30(%rdi)
        mov     %r8,  0x38(%rdi)
        mov     %r9,  0x40(%rdi)
        mov     %r10, 0x48(%rdi)
        mov     %r11, 0x50(%rdi)
        mov     %r12, 0x58(%rdi)
        mov     %r13, 0x60(%rdi)
        mov     %r14, 0x68(%rdi)
        mov     %r15, 0x70(%rdi)
        movdqu  %xmm0, 0x80(%rdi)
        movdqu  %xmm15, 0x90(%rdi)
        movdqu  %xmm7, 0xa0(%rdi)
        fstpl   0xb0(%rdi)
user_registers_end:
        SYSCALL
        jmp     user_registers_end

/* rdi: address; loads without check, no result. */
        .globl user_unchecked_load, user_unchecked_store
user_unchecked_load:
        mov     (%rdi), %rsi
        mov     $1, %eax
        SYSCALL
        jmp     user_unchecked_load
user_unchecked_store:
        mov     %rdi, (%rdi)
        mov     $1, %eax
        SYSCALL
        jmp     user_unchecked_store

        .globl user_breakpoint, user_illegal, user_stack_gone
user_breakpoint:
        int3
user_illegal:
        ud2
/* A stub called with a stack that is not there. */
user_stack_gone:
        mov     %rdi, %rsp
        jmp     __sanitizer_cov_trace_pc

/* Direction flag, alignment check and MXCSR changed at a trap. */
        .globl user_flags
user_flags:
        mov     %rsp, %rbx
        pushq   $0x40402
        popfq
        movl    $0x7f80, -8(%rsp)
        ldmxcsr -8(%rsp)
        SYSCALL
        stmxcsr -8(%rsp)
        movl    -8(%rsp), %esi
        mov     $1, %eax
        SYSCALL
        ud2

/* The thread pointer: FS base. */
        .globl user_thread_pointer
user_thread_pointer:
        mov     %fs:0, %rsi
        mov     $1, %eax
        SYSCALL
        jmp     user_thread_pointer

        .section .note.GNU-stack, "", @progbits
