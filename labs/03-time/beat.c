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

int main(int argc, char **argv)
{
    unsigned period = argc > 1 ? (unsigned)atoi(argv[1]) : 5000;

    /* TODO: this drifts. Work and calls take time, too. And why are there
     * too few beats? */
    for (unsigned beat = 1; beat < BEATS; beat++) {
        work(beat);
        l4_ipc_sleep_us(period);
        strike(beat);
    }
    return 0;
}
