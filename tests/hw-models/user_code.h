/*
 * System call of the test programs: one word out, one word back.
 */
#ifndef TEST_USER_CODE_H
#define TEST_USER_CODE_H

#include <stdint.h>

#if defined(__x86_64__)
static inline uint64_t trap(uint64_t tag, uint64_t *label)
{
    register uint64_t r8 __asm__("r8") = 0;
    uint64_t dest = 0;

    __asm__ volatile("lea 1f(%%rip), %%r11; jmp l4_vitrine_sim_syscall; 1:"
                     : "+a"(tag), "+S"(*label), "+d"(dest), "+r"(r8)
                     :
                     : "rcx", "rdi", "r9", "r10", "r11", "memory", "cc", "xmm0",
                       "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                       "xmm14", "xmm15");
    return tag;
}
#else
static inline uint64_t trap(uint64_t tag, uint64_t *label)
{
    register uint64_t x0 __asm__("x0") = tag;
    register uint64_t x3 __asm__("x3") = *label;
    register uint64_t x1 __asm__("x1") = 0, x2 __asm__("x2") = 0;

    __asm__ volatile("adr x30, 1f; b l4_vitrine_sim_syscall; 1:"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                     :
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
                       "x13", "x14", "x15", "x16", "x17", "x30", "memory",
                       "cc");
    *label = x3;
    return x0;
}
#endif

#endif
