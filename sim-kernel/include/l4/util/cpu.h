/*
 * What the processor is, as its `cpuid` says (x86_64 only; in the simulator it
 * is the host's), and a pause in a loop that waits. Source: ABI.md section 4,
 * "l4util".
 */
#ifndef L4_UTIL_CPU_H
#define L4_UTIL_CPU_H

#include <l4/sys/compiler.h>

L4_INLINE void l4util_cpu_pause(void)
{
#if defined __x86_64__
    __asm__ volatile("pause" ::: "memory");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

#ifdef __x86_64__

L4_INLINE int l4util_cpu_has_cpuid(void)
{
    return 1;
}

L4_INLINE void l4util_cpu_cpuid(unsigned long mode, unsigned long *eax,
                                unsigned long *ebx, unsigned long *ecx,
                                unsigned long *edx)
{
    unsigned a = (unsigned)mode, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    *eax = a;
    *ebx = b;
    *ecx = c;
    *edx = d;
}

/* Leaf 1's EDX: the features. */
L4_INLINE unsigned int l4util_cpu_capabilities_nocheck(void)
{
    unsigned long a, b, c, d;

    l4util_cpu_cpuid(1, &a, &b, &c, &d);
    return (unsigned)d;
}

L4_INLINE unsigned int l4util_cpu_capabilities(void)
{
    return l4util_cpu_has_cpuid() ? l4util_cpu_capabilities_nocheck() : 0;
}

#endif

#endif
