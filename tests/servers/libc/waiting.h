/* What it costs to wait for files: nothing, for however long. */
#ifndef WAITING_H
#define WAITING_H

#include "tap.h"

#include <l4/sys/thread.h>
#include <poll.h>
#include <pthread-l4.h>

/* Processor time this thread takes to wait so long for nothing, us. */
static inline l4_kernel_clock_t cost_of_waiting(struct pollfd *entries,
                                                nfds_t count, int seconds)
{
    l4_kernel_clock_t before = 0, after = 0;

    l4_thread_stats_time(pthread_l4_cap(pthread_self()), &before);
    poll(entries, count, seconds * 1000);
    l4_thread_stats_time(pthread_l4_cap(pthread_self()), &after);
    return after - before;
}

static inline void waiting_is_free(struct pollfd *entries, nfds_t count)
{
    l4_kernel_clock_t brief, lengthy;

    cost_of_waiting(entries, count, 1); /* prepares */
    brief = cost_of_waiting(entries, count, 1);
    lengthy = cost_of_waiting(entries, count, 20);
    fact(lengthy <= brief + 20, "waiting_long_costs_no_more_than_waiting");
    printf("# %llu us for 1 s, %llu us for 20 s\n", brief, lengthy);
}

#endif
