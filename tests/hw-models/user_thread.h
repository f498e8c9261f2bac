/*
 * User threads of the tests: registers by their role, whatever the host.
 */
#ifndef TEST_USER_THREAD_H
#define TEST_USER_THREAD_H

#include "cpu.h"
#include <string.h>

/* The system call's tag and label, as they come and as they are answered. */
#if defined(__x86_64__)
#define THREAD_IP(r)    ((r)->rip)
#define THREAD_SP(r)    ((r)->rsp)
#define THREAD_ARG(r)   ((r)->rdi)
#define THREAD_TAG(r)   ((r)->rax)
#define THREAD_LABEL(r) ((r)->rsi)
enum { THREAD_SP_BIAS = 8 }; /* as after the call of a function */
#else
#define THREAD_IP(r)    ((r)->pc)
#define THREAD_SP(r)    ((r)->sp)
#define THREAD_ARG(r)   ((r)->x[0])
#define THREAD_TAG(r)   ((r)->x[0])
#define THREAD_LABEL(r) ((r)->x[3])
enum { THREAD_SP_BIAS = 0 };
#endif

/* A fresh thread at `ip` with a stack that ends at `stack_end`. */
static inline void thread_start(struct hw_regs *r, uint64_t ip,
                                uint64_t stack_end, uint64_t argument)
{
    memset(r, 0, sizeof(*r));
    THREAD_IP(r) = ip;
    THREAD_SP(r) = stack_end - THREAD_SP_BIAS;
    THREAD_ARG(r) = argument;
}

#endif
