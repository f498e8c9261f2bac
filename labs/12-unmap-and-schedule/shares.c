/*
 * Given: three threads that do nothing but compute, with priorities 40, 20
 * and 10, and one that sleeps most of the time, with priority 10, too.
 */
#include "threads.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>

static void compute(void)
{
    for (;;)
        work(1000);
}

/* 20 us of work, each 1 ms. */
static void nap(void)
{
    for (;;) {
        l4_ipc_sleep_us(1000);
        work(20);
    }
}

int main(int argc, char **argv)
{
    thread_priority(l4re_env()->main_thread, 100);
    for (int i = 1; i < argc; i++)
        thread_start(compute, (unsigned)atoi(argv[i]));
    thread_start(nap, 10);
    l4_ipc_sleep_ms(400);
    printf("the end\n");
    return 0;
}
