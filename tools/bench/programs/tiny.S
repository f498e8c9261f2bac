/*
 * The least a thread can do: wait for a message, for ever, without touching
 * memory. On a page of its own, so that a task needs no other code.
 */
        .section .text.tiny, "ax", %progbits
        .globl bench_tiny
        .p2align 12
bench_tiny:
#if defined(__x86_64__)
        xor     %eax, %eax
        mov     $0x806, %edx /* no destination; receive, from anybody */
        xor     %r8d, %r8d
        xor     %esi, %esi
        lea     1f(%rip), %r11
        jmp     *%gs:0x18 /* HW_USER_SYSCALL */
1:      jmp     bench_tiny
#else
        mov     x0, #0
        mov     x1, #0x806
        mov     x2, #0
        mov     x3, #0
        ldr     x16, [x18, #0x18]
        adr     x30, bench_tiny
        br      x16
#endif
        .p2align 12
        .section .note.GNU-stack, "", %progbits
