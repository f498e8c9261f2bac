/*
 * Given: three workers that never rest, under your policy. Arguments: their
 * weights.
 */
#include "policy.h"
#include "threads.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdlib.h>

static void spin(void)
{
    for (;;)
        work(10);
}

int main(int argc, char **argv)
{
    l4_cap_idx_t workers[WORKERS];
    unsigned weights[WORKERS];

    thread_priority(l4re_env()->main_thread, 50);
    for (int i = 0; i < WORKERS; i++) {
        weights[i] = i + 1 < argc ? (unsigned)atoi(argv[i + 1]) : 1;
        workers[i] = thread_start(spin, 10);
    }
    policy_run(workers, weights);
    /* They never end: out of everybody's way. */
    for (int i = 0; i < WORKERS; i++)
        thread_priority(workers[i], 1);
    return 0;
}
