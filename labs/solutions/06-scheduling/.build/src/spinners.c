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
    static const char *const names[WORKERS] = {"one", "two", "three"};
    l4_cap_idx_t workers[WORKERS];
    unsigned weights[WORKERS];

    thread_priority(l4re_env()->main_thread, 50);
    for (int i = 0; i < WORKERS; i++) {
        weights[i] = i + 1 < argc ? (unsigned)atoi(argv[i + 1]) : 1;
        workers[i] = thread_start(spin, 10, names[i]);
    }
    policy_run(workers, weights);
    return 0;
}
