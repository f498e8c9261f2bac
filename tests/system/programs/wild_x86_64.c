/* wild.h for x86-64. */
#include "wild.h"

__attribute__((noinline, used)) static unsigned long land(unsigned long n)
{
    volatile unsigned long frame[4] = {n, n, n, n};
    return frame[n & 3];
}

void wild_stack(unsigned long sp)
{
    __asm__ volatile("mov %%rsp, %%rbx\n\t"
                     "mov %0, %%rsp\n\t"
                     "call land\n\t"
                     "mov %%rbx, %%rsp"
                     : "+D"(sp)
                     :
                     : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10",
                       "r11", "cc", "memory");
}

void wild_undefined(void)
{
    __asm__ volatile("ud2");
}

void wild_breakpoint(void)
{
    __asm__ volatile("int3");
}

void wild_divide(void)
{
    unsigned long low = 1, high = 0;
    __asm__ volatile("div %2" : "+a"(low), "+d"(high) : "r"(0ul) : "cc");
}
