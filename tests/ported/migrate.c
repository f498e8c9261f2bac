/*
 * Ported program: where a thread may run. It asks for the CPUs there are and
 * sends a worker from one to the next.
 */
#include "handmade.h"
#include <pthread.h>
#include <pthread-l4.h>

static volatile int stop;

static void *worker(void *arg)
{
    volatile unsigned long *rounds = arg;
    while (!stop) {
        ++*rounds;
        l4_ipc_sleep_us(50);
    }
    return NULL;
}

int main(void)
{
    l4_cap_idx_t scheduler = l4re_env()->scheduler;
    l4_sched_cpu_set_t cpus = l4_sched_cpu_set(0, 0, 0);
    l4_umword_t most;
    unsigned long rounds = 0;
    unsigned visited = 0;
    l4_kernel_clock_t us = 0, idle;
    pthread_t thread;

    must("info", l4_error(l4_scheduler_info(scheduler, &most, &cpus)));
    printf("first CPU %s\n",
           (cpus.map & 1) && l4_scheduler_is_online(scheduler, 0) ? "online"
                                                                  : "missing");
    if (pthread_create(&thread, NULL, worker, &rounds))
        must("pthread", -L4_ENOMEM);
    for (unsigned cpu = 0; cpu < most && cpu < 64; cpu++) {
        l4_sched_param_t sp = l4_sched_param(2, 0);
        unsigned long before = rounds;
        if (!l4_scheduler_is_online(scheduler, cpu))
            continue;
        sp.affinity = l4_sched_cpu_set(cpu, 0, 1);
        must("run", l4_error(l4_scheduler_run_thread(
                        scheduler, pthread_l4_cap(thread), &sp)));
        l4_sleep(2);
        visited += rounds > before;
    }
    printf("it worked on %s\n",
           visited == (unsigned)__builtin_popcountl(cpus.map) ? "all of them"
                                                              : "too few");
    must("time", l4_error(l4_thread_stats_time(pthread_l4_cap(thread), &us)));
    printf("CPU time %s\n", us > 0 ? "counted" : "zero");
    cpus = l4_sched_cpu_set(0, 0, 1);
    must("idle", l4_error(l4_scheduler_idle_time(scheduler, &cpus, &idle)));
    cpus = l4_sched_cpu_set(0, 0, 0);
    printf("idle of no CPU: %ld\n",
           l4_error(l4_scheduler_idle_time(scheduler, &cpus, &idle)));
    cpus = l4_sched_cpu_set(most + 64, 0, 0);
    printf("CPUs beyond all: %ld\n",
           l4_error(l4_scheduler_info(scheduler, &most, &cpus)));
    stop = 1;
    pthread_join(thread, NULL);
    return 0;
}
