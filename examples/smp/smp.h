/*
 * What the programs of this example share: the protocol, and how a thread
 * goes to another CPU.
 */
#ifndef EXAMPLES_SMP_H
#define EXAMPLES_SMP_H

#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/scheduler.h>
#include <pthread-l4.h>
#include <pthread.h>

enum { SQUARE_PROTOCOL = 0x51, PRIORITY = 2 };

/* The CPUs this program may use: bit n for CPU n. */
static inline l4_umword_t cpus_online(void)
{
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    l4_scheduler_info(l4re_env()->scheduler, 0, &set);
    return set.map;
}

/* The calling thread goes to the n-th of them (counted round and round):
 * when this returns, it is there. */
static inline long go_to_cpu(unsigned n)
{
    l4_umword_t online = cpus_online();
    for (n %= (unsigned)__builtin_popcountl(online); n; n--)
        online &= online - 1; /* the lowest goes */
    l4_sched_param_t p = l4_sched_param(PRIORITY, 0);
    p.affinity = l4_sched_cpu_set(0, 0, online & -online);
    return l4_error(l4_scheduler_run_thread(
        l4re_env()->scheduler, pthread_l4_cap(pthread_self()), &p));
}

#endif
