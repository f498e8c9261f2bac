/*
 * Ways to go wrong; the argument chooses one:
 *
 *      pointer    uses a pointer that is valid in another task
 *      write      writes to its own constants
 *      stack      recurses until the stack is full
 *      jump       calls a function where there is none
 *      divide     divides by zero
 *      stop       does nothing wrong: tells the victim that all is over
 *
 * Each ends in a report of the kernel with task, address, access and source
 * line, and in nothing else.
 */
#include "victim.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <string.h>

static const char constant[] = "read only";

static void *ask_victim(long request)
{
    l4_ipc_call(l4re_env_get_cap("victim"), l4_utcb(),
                l4_msgtag(request, 0, 0, 0), L4_IPC_NEVER);
    return (void *)l4_utcb_mr()->mr[0];
}

static void foreign_pointer(void)
{
    volatile char *secret = ask_victim(VICTIM_WHERE);
    printf("the victim's secret begins with %c\n", *secret);
}

static void write_constant(void)
{
    char *volatile c = (char *)constant; /* volatile: keep GCC from knowing */
    c[0] = 'R';
}

static unsigned long overflow_stack(unsigned long depth)
{
    volatile unsigned long frame[64];
    frame[0] = depth;
    return overflow_stack(depth + 1) + frame[0];
}

static void wild_jump(void)
{
    void (*volatile nowhere)(void) = (void (*)(void))0x123456000;
    nowhere();
}

static void divide_by_zero(void)
{
    volatile int one = 1, zero = 0;
    volatile int result = one / zero; /* x86 traps here, ARM gives 0 and */
    (void)result;                     /* RISC-V -1, so it traps itself */
    __builtin_trap();
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "pointer"))
        foreign_pointer();
    else if (!strcmp(what, "write"))
        write_constant();
    else if (!strcmp(what, "stack"))
        printf("depth %lu\n", overflow_stack(0));
    else if (!strcmp(what, "jump"))
        wild_jump();
    else if (!strcmp(what, "divide"))
        divide_by_zero();
    else if (!strcmp(what, "stop"))
        ask_victim(VICTIM_STOP);
    else
        return 2;
    return 0;
}
