/*
 * Part 2: a beat that does not drift.
 *
 * Calls the listener once every `period` microseconds (the argument), BEATS
 * times, with the number of the beat in MR0. Between two beats there is work
 * to do, now more, now less; it must not shift the beats.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <stdlib.h>

/* Given: some work, of another length each time. */
static void work(unsigned beat)
{
    volatile unsigned x = 0;
    for (unsigned i = 0; i < 20000 + (beat * 7919u) % 40000; i++)
        x += i;
}

static void strike(unsigned beat)
{
    l4_utcb_mr()->mr[0] = beat;
    l4_ipc_call(l4re_env_get_cap("listener"), l4_utcb(),
                l4_msgtag(BEAT_PROTOCOL, 1, 0, 0), L4_IPC_NEVER);
}

/* An absolute time: how long the work took does not matter. */
static void sleep_until(l4_cpu_time_t time)
{
    l4_timeout_t timeout = L4_IPC_NEVER;
    l4_rcv_timeout(l4_timeout_abs(time, 8), &timeout);
    l4_ipc_receive(L4_INVALID_CAP, l4_utcb(), timeout);
}

int main(int argc, char **argv)
{
    unsigned period = argc > 1 ? (unsigned)atoi(argv[1]) : 5000;

    l4_cpu_time_t next = l4_kip_clock(l4_kip());
    for (unsigned beat = 0; beat < BEATS; beat++) {
        strike(beat);
        work(beat);
        next += period;
        sleep_until(next);
    }
    return 0;
}
