/*
 * The checks of stubs_x86_64.S, in line. Put before every C file of an
 * isolated program (-include).
 *
 * GCC writes a call for each check; the assembler here reads `call` as a
 * macro and writes the fast path in its place: measured, the call and return
 * alone cost more than the check (docs/design/04-checks-in-line.md). A check
 * that fails goes on behind the program's code, with the address to come
 * back to in r11, as the CPU model's entries want it (user_abi.h).
 *
 * Code and stack page are looked at only in a function's first block: that
 * is where either changes. `pushq %rbp` marks it: programs keep the frame
 * pointer, and a function with a step hook is no leaf.
 *
 * GCC takes these calls to clobber rax, rcx, rdx, rsi, rdi, r8 to r11 and
 * the flags; no more is touched. The numbers are those of user_abi.h, which
 * stubs_x86_64.S checks: 0x08 budget, 0x10 TLB, 0x20 access, 0x38 code page,
 * 0x40 stack page; 0x1fe0 and the shift by 7: index of an entry.
 */
#ifndef __ASSEMBLER__
/* clang-format off */
__asm__(
    ".set vit_entering, 0\n"
    ".macro vit_step\n"
    " subq $1, %gs:0x08\n"
    " js 771f\n"
    " .if vit_entering\n"
    "  movq %rsp, %rcx\n"
    "  shrq $12, %rcx\n"
    "  cmpq %gs:0x40, %rcx\n"
    "  jne 771f\n"
    "  leaq 0(%rip), %rax\n"
    "  shrq $12, %rax\n"
    "  cmpq %gs:0x38, %rax\n"
    "  jne 771f\n"
    "  .set vit_entering, 0\n"
    " .endif\n"
    "772:\n"
    " .pushsection .text.vitrine_slow, \"ax\", @progbits\n"
    "771:\n"
    " leaq 772b(%rip), %r11\n"
    " jmp vitrine_step_slow\n"
    " .popsection\n"
    ".endm\n"
    ".macro vit_check size tag access\n"
    " movq %rdi, %rax\n"
    " shrq $7, %rax\n"
    " andl $0x1fe0, %eax\n"
    " addq %gs:0x10, %rax\n"
    " leaq \\size-1(%rdi), %rcx\n"
    " shrq $12, %rcx\n"
    " cmpq %rcx, \\tag(%rax)\n"
    " jne 771f\n"
    "772:\n"
    " .pushsection .text.vitrine_slow, \"ax\", @progbits\n"
    "771:\n"
    " movl $\\size, %esi\n"
    " movl $\\access, %edx\n"
    " leaq 772b(%rip), %r11\n"
    " jmp *%gs:0x20\n"
    " .popsection\n"
    ".endm\n"
    ".macro pushq what:vararg\n"
    " .ifc \\what, %rbp\n"
    "  .set vit_entering, 1\n"
    " .endif\n"
    " push \\what\n"
    ".endm\n"
    ".macro call target:vararg\n"
    " .set vit_done, 0\n"
    " .ifc \\target, __sanitizer_cov_trace_pc@PLT\n"
    "  vit_step\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_load1_noabort@PLT\n"
    "  vit_check 1 0 4\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_load2_noabort@PLT\n"
    "  vit_check 2 0 4\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_load4_noabort@PLT\n"
    "  vit_check 4 0 4\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_load8_noabort@PLT\n"
    "  vit_check 8 0 4\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_load16_noabort@PLT\n"
    "  vit_check 16 0 4\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_store1_noabort@PLT\n"
    "  vit_check 1 8 2\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_store2_noabort@PLT\n"
    "  vit_check 2 8 2\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_store4_noabort@PLT\n"
    "  vit_check 4 8 2\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_store8_noabort@PLT\n"
    "  vit_check 8 8 2\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .ifc \\target, __asan_store16_noabort@PLT\n"
    "  vit_check 16 8 2\n"
    "  .set vit_done, 1\n"
    " .endif\n"
    " .if vit_done == 0\n"
    "  callq \\target\n"
    " .endif\n"
    ".endm\n");
/* clang-format on */
#endif
