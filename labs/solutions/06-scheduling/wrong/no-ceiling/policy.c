/*
 * Part 2: a proportional-share scheduler at user level.
 *
 * The kernel runs the ready thread of the highest priority, nothing else. All
 * policy is somebody's who may set priorities: yours, here.
 */
#include "policy.h"
#include "threads.h"
#include <l4/sys/ipc.h>

void policy_run(const l4_cap_idx_t *workers, const unsigned *weights)
{
    unsigned total = 0;
    for (unsigned i = 0; i < WORKERS; i++)
        total += weights[i];
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < WORKERS; i++) {
            thread_priority(workers[i], 20);
            l4_ipc_sleep_us(ROUND_US * weights[i] / total);
            thread_priority(workers[i], 10);
        }
}
