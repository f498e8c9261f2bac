/*
 * The metronome: wakes up every millisecond, and looks how late it is.
 *
 * It sleeps until an absolute time (so that lateness does not add up) and
 * then compares with the kernel's clock, in microseconds of virtual time. It
 * has a higher priority than the endless loop beside it: whenever its time
 * comes the loop is preempted, so it is never late by more than the way
 * through the kernel. The argument is the number of beats.
 */
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PERIOD_US = 1000,
    LATE_MAX_US = 100,
    TIMEOUT_BR = 8, /* buffer registers that carry the absolute time */
};

static void sleep_until(l4_cpu_time_t time)
{
    l4_timeout_t timeout = L4_IPC_NEVER;
    l4_rcv_timeout(l4_timeout_abs(time, TIMEOUT_BR), &timeout);
    l4_ipc_receive(L4_INVALID_CAP, l4_utcb(), timeout);
}

int main(int argc, char **argv)
{
    int beats = argc > 1 ? atoi(argv[1]) : 10;
    l4_cpu_time_t next = l4_kip_clock(l4_kip()), worst = 0;

    for (int i = 0; i < beats; i++) {
        next += PERIOD_US;
        sleep_until(next);
        l4_cpu_time_t late = l4_kip_clock(l4_kip()) - next;
        if (late > worst)
            worst = late;
    }
    printf("%d beats of %d us, at most %llu us late\n", beats, PERIOD_US,
           (unsigned long long)worst);
    return worst <= LATE_MAX_US ? 0 : 1;
}
