/*
 * l4_vitrine_sim_syscall for the tests: rax tag, rdx destination, r8
 * timeouts, rsi label; entered by a jump with the return address in r11. The
 * stack is aligned here, because test code is ordinary host code. Spoils all
 * it may: see <l4/sys/arch/amd64/syscall.h>.
 */
    .text
    .globl l4_vitrine_sim_syscall
    .type l4_vitrine_sim_syscall, @function
l4_vitrine_sim_syscall:
    push %r11              /* where RET finds it */
    push %rbp
    mov %rsp, %rbp
    push %rsi              /* label, in and out: at -8(%rbp) */
    and $-16, %rsp
    mov %rax, %rdi
    mov %rdx, %rsi
    mov %r8, %rdx
    lea -8(%rbp), %rcx
    call fake_kernel_enter@PLT
    mov -8(%rbp), %rsi
    leave
    mov $0x5bad5bad5bad, %rcx
    mov %rcx, %rdx
    mov %rcx, %rdi
    mov %rcx, %r8
    mov %rcx, %r9
    mov %rcx, %r10
    mov %rcx, %r11
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movq %rcx, %xmm\n
    .endr
    ret
    .size l4_vitrine_sim_syscall, . - l4_vitrine_sim_syscall
    .section .note.GNU-stack, "", @progbits
