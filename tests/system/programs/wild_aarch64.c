/* wild.h for aarch64. Division by zero gives 0 there: an undefined
 * instruction stands in for it. */
#include "wild.h"

__attribute__((noinline, used)) static unsigned long land(unsigned long n)
{
    volatile unsigned long frame[4] = {n, n, n, n};
    return frame[n & 3];
}

void wild_stack(unsigned long sp)
{
    register unsigned long x0 __asm__("x0") = sp;
    __asm__ volatile("mov x19, sp\n\t"
                     "mov sp, x0\n\t"
                     "bl land\n\t"
                     "mov sp, x19"
                     : "+r"(x0)
                     :
                     : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9",
                       "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
                       "x19", "x30", "cc", "memory");
}

void wild_undefined(void)
{
    __asm__ volatile("udf #0");
}

void wild_breakpoint(void)
{
    __asm__ volatile("brk #0");
}

void wild_divide(void)
{
    wild_undefined();
}
