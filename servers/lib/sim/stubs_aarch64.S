/*
 * What compiled-in checks call, aarch64.
 *
 * As stubs_x86_64.S; the CPU block is in x18 (programs are compiled with
 * -ffixed-x18) and the return address in x30, where the simulator's entries
 * want it. A call may clobber x0 to x17; no stub touches more.
 */
#include "user_abi.h"

#define TAG_FPU_BIT 12 /* L4_MSGTAG_TRANSFER_FPU */

        .text

/* Leaves for the simulator, which resumes at the return address. */
.macro LEAVE entry
        ldr     x16, [x18, #\entry]
        br      x16
.endm

.macro STUB name
        .globl  \name
        .type   \name, %function
        .p2align 4
\name:
        .cfi_startproc
.endm

.macro STUB_END name
        .cfi_endproc
        .size   \name, . - \name
.endm

/* \to: the TLB entry of the page number in \page */
.macro ENTRY_OF to, page
        ldr     \to, [x18, #HW_USER_TLB]
        and     x4, \page, #(HW_TLB_ENTRIES - 1)
        add     \to, \to, x4, lsl #HW_TLB_SHIFT
.endm

/* The entry is found by the first byte's page, the tag compared with the
 * last byte's (stubs_x86_64.S says why). */
.macro CHECK name, size, tag, access
STUB \name
        lsr     x2, x0, #12
        ENTRY_OF x1, x2
        add     x2, x0, #(\size - 1)
        ldr     x1, [x1, #\tag]
        cmp     x1, x2, lsr #12
        b.ne    1f
        ret
1:      mov     x1, #\size
        mov     x2, #\access
        LEAVE   HW_USER_ACCESS
STUB_END \name
.endm

/* x1: size. One of 0 is no access, one over a page is the slow way's. */
.macro CHECK_N name, tag, access
STUB \name
        sub     x5, x1, #1
        cmp     x5, #4096
        b.hs    1f
        lsr     x2, x0, #12
        ENTRY_OF x3, x2
        add     x5, x0, x5
        ldr     x3, [x3, #\tag]
        cmp     x3, x5, lsr #12
        b.ne    2f
        ret
1:      cbnz    x1, 2f
        ret
2:      mov     x2, #\access
        LEAVE   HW_USER_ACCESS
STUB_END \name
.endm

.irp size, 1, 2, 4, 8, 16
        CHECK   __asan_load\size\()_noabort, \size, HW_TLB_READ, 4
        CHECK   __asan_store\size\()_noabort, \size, HW_TLB_WRITE, 2
.endr
        CHECK_N __asan_loadN_noabort, HW_TLB_READ, 4
        CHECK_N __asan_storeN_noabort, HW_TLB_WRITE, 2

/* The step hook: see stubs_x86_64.S. The stack page is that of the next
 * push, as the CPU model has it. */
STUB __sanitizer_cov_trace_pc
        ldr     x0, [x18, #HW_USER_BUDGET]
        subs    x0, x0, #1
        str     x0, [x18, #HW_USER_BUDGET]
        b.mi    9f
        ldr     x1, [x18, #HW_USER_CODE_PAGE]
        ldr     x2, [x18, #HW_USER_STACK_PAGE]
        lsr     x0, x30, #12
        sub     x3, sp, #8
        lsr     x3, x3, #12
        cmp     x1, x0
        b.ne    2f
1:      cmp     x2, x3
        b.ne    3f
        ret
2:      ENTRY_OF x1, x0
        ldr     x1, [x1, #HW_TLB_EXEC]
        cmp     x1, x0
        b.ne    9f
        str     x0, [x18, #HW_USER_CODE_PAGE]
        b       1b
3:      ENTRY_OF x1, x3
        ldr     x1, [x1, #HW_TLB_WRITE]
        cmp     x1, x3
        b.ne    9f
        str     x3, [x18, #HW_USER_STACK_PAGE]
        ret
9:      LEAVE   HW_USER_STEP
STUB_END __sanitizer_cov_trace_pc

/* x0 tag, x1 destination, x2 timeouts, x3 label -> x0 tag, x3 label.
 * Jumped to, not called, with the return address in x30 (user_abi.h). */
STUB l4_vitrine_sim_syscall
        tbnz    x0, #TAG_FPU_BIT, 1f
        LEAVE   HW_USER_SYSCALL
1:      LEAVE   HW_USER_SYSCALL_FPU
STUB_END l4_vitrine_sim_syscall

/* uint64_t l4_vitrine_mmio(uint64_t address, uint64_t size, uint64_t write,
 *                          uint64_t value) */
STUB l4_vitrine_mmio
        LEAVE   HW_USER_MMIO
STUB_END l4_vitrine_mmio

        .section .note.GNU-stack, "", %progbits
