/*
 * What compiled-in checks call, x86-64.
 *
 * Each stub is the fast path of user_abi.h: it decides with a few compares
 * and returns, or pops its return address to r11 and jumps through the CPU
 * block (GS) into the CPU model. It runs before every load and store of
 * every program, so each instruction counts. A call may clobber rax, rcx,
 * rdx, rsi, rdi and r8 to r11; no stub touches more.
 */
#include "user_abi.h"

#define TAG_FPU 0x1000 /* L4_MSGTAG_TRANSFER_FPU */

        .text

/* Leaves for the simulator, which resumes at the return address. */
.macro LEAVE entry
        pop     %r11
        .cfi_adjust_cfa_offset -8
        .cfi_register rip, r11
        jmp     *%gs:\entry
        .cfi_adjust_cfa_offset 8
        .cfi_restore rip
.endm

.macro STUB name
        .globl  \name
        .type   \name, @function
        .p2align 4
\name:
        .cfi_startproc
.endm

.macro STUB_END name
        .cfi_endproc
        .size   \name, . - \name
.endm

/*
 * The entry is found by the first byte's page, the tag compared with the
 * last byte's: an access that crosses into the next page never matches and
 * goes the slow way.
 */
.macro CHECK name, size, tag, access
STUB \name
        mov     %rdi, %rax
        shr     $(12 - HW_TLB_SHIFT), %rax
        and     $((HW_TLB_ENTRIES - 1) << HW_TLB_SHIFT), %eax
        add     %gs:HW_USER_TLB, %rax
        lea     (\size - 1)(%rdi), %rcx
        shr     $12, %rcx
        cmp     %rcx, \tag(%rax)
        jne     1f
        ret
1:      mov     $\size, %esi
        mov     $\access, %edx
        LEAVE   HW_USER_ACCESS
STUB_END \name
.endm

/* rsi: size. One of 0 is no access, one over a page is the slow way's. */
.macro CHECK_N name, tag, access
STUB \name
        lea     -1(%rsi), %rcx
        cmp     $4096, %rcx
        jae     1f
        mov     %rdi, %rax
        shr     $(12 - HW_TLB_SHIFT), %rax
        and     $((HW_TLB_ENTRIES - 1) << HW_TLB_SHIFT), %eax
        add     %gs:HW_USER_TLB, %rax
        add     %rdi, %rcx
        shr     $12, %rcx
        cmp     %rcx, \tag(%rax)
        jne     2f
        ret
1:      test    %rsi, %rsi
        jnz     2f
        ret
2:      mov     $\access, %edx
        LEAVE   HW_USER_ACCESS
STUB_END \name
.endm

.irp size, 1, 2, 4, 8, 16
        CHECK   __asan_load\size\()_noabort, \size, HW_TLB_READ, 4
        CHECK   __asan_store\size\()_noabort, \size, HW_TLB_WRITE, 2
.endr
        CHECK_N __asan_loadN_noabort, HW_TLB_READ, 4
        CHECK_N __asan_storeN_noabort, HW_TLB_WRITE, 2

/*
 * The step hook, at the head of each basic block: counts the budget down,
 * and makes sure the block's page may be executed and the stack's written.
 * Each page is compared with the one seen last, then with the TLB.
 */
STUB __sanitizer_cov_trace_pc
        subq    $1, %gs:HW_USER_BUDGET
        js      9f
        mov     (%rsp), %rax
        mov     %rsp, %rcx
        shr     $12, %rax
        shr     $12, %rcx
        cmp     %gs:HW_USER_CODE_PAGE, %rax
        jne     2f
1:      cmp     %gs:HW_USER_STACK_PAGE, %rcx
        jne     3f
        ret
2:      mov     %rax, %rdx
        and     $(HW_TLB_ENTRIES - 1), %edx
        shl     $HW_TLB_SHIFT, %edx
        add     %gs:HW_USER_TLB, %rdx
        cmp     %rax, HW_TLB_EXEC(%rdx)
        jne     9f
        mov     %rax, %gs:HW_USER_CODE_PAGE
        jmp     1b
3:      mov     %rcx, %rdx
        and     $(HW_TLB_ENTRIES - 1), %edx
        shl     $HW_TLB_SHIFT, %edx
        add     %gs:HW_USER_TLB, %rdx
        cmp     %rcx, HW_TLB_WRITE(%rdx)
        jne     9f
        mov     %rcx, %gs:HW_USER_STACK_PAGE
        ret
9:      LEAVE   HW_USER_STEP
STUB_END __sanitizer_cov_trace_pc

/* What checks_x86_64.h could not decide in line: r11 is where to go on. The
 * step is counted already. */
STUB vitrine_step_slow
        .cfi_def_cfa_offset 0
        .cfi_register rip, r11
        cmpq    $0, %gs:HW_USER_BUDGET
        jl      9f
        mov     %r11, %rax
        mov     %rsp, %rcx
        shr     $12, %rax
        shr     $12, %rcx
        mov     %eax, %edx
        and     $(HW_TLB_ENTRIES - 1), %edx
        shl     $HW_TLB_SHIFT, %edx
        add     %gs:HW_USER_TLB, %rdx
        cmp     %rax, HW_TLB_EXEC(%rdx)
        jne     9f
        mov     %rax, %gs:HW_USER_CODE_PAGE
        mov     %ecx, %edx
        and     $(HW_TLB_ENTRIES - 1), %edx
        shl     $HW_TLB_SHIFT, %edx
        add     %gs:HW_USER_TLB, %rdx
        cmp     %rcx, HW_TLB_WRITE(%rdx)
        jne     9f
        mov     %rcx, %gs:HW_USER_STACK_PAGE
        jmp     *%r11
9:      jmp     *%gs:HW_USER_STEP
STUB_END vitrine_step_slow

/* checks_x86_64.h has these numbers in its text. */
        .if HW_USER_BUDGET != 0x08 || HW_USER_TLB != 0x10 || \
            HW_USER_ACCESS != 0x20 || HW_USER_CODE_PAGE != 0x38 || \
            HW_USER_STACK_PAGE != 0x40 || HW_TLB_ENTRIES != 256 || \
            HW_TLB_SHIFT != 5 || HW_TLB_READ != 0 || HW_TLB_WRITE != 8
        .error "checks_x86_64.h does not match user_abi.h"
        .endif

/* rax tag, rdx destination, r8 timeouts, rsi label -> rax tag, rsi label.
 * Jumped to, not called, with the return address in r11 (user_abi.h). */
STUB l4_vitrine_sim_syscall
        .cfi_def_cfa_offset 0
        .cfi_register rip, r11
        test    $TAG_FPU, %eax
        jnz     1f
        jmp     *%gs:HW_USER_SYSCALL
1:      jmp     *%gs:HW_USER_SYSCALL_FPU
STUB_END l4_vitrine_sim_syscall

/* uint64_t l4_vitrine_mmio(uint64_t address, uint64_t size, uint64_t write,
 *                          uint64_t value) */
STUB l4_vitrine_mmio
        LEAVE   HW_USER_MMIO
STUB_END l4_vitrine_mmio

        .section .note.GNU-stack, "", @progbits
