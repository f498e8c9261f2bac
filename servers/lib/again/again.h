/*
 * Finding a server again that has ended: for clients of servers that somebody
 * starts anew when they end (ned does), behind the same gate.
 *
 *      call --IPC error--> again_until_open(): open, sleep, open, sleep longer
 *
 * While nobody serves the gate its calls fail at once, so this asks, sleeps a
 * little longer each time, and gives up after AGAIN_PATIENCE_MS.
 */
#ifndef AGAIN_H
#define AGAIN_H

#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdbool.h>

enum {
    AGAIN_PAUSE_FIRST_MS = 1,
    AGAIN_PAUSE_MOST_MS = 64,
    AGAIN_PATIENCE_MS = 10000,
};

/* Did the message fail, not the request? */
static inline bool again_is_ipc_error(long result)
{
    return result <= -L4_EIPC_LO;
}

/* Calls open(what) until a server answers: its result; -L4_ENODEV: none has
 * within AGAIN_PATIENCE_MS. */
static inline long again_until_open(long (*open)(void *what), void *what)
{
    unsigned pause = AGAIN_PAUSE_FIRST_MS, slept = 0;
    long error;
    while (again_is_ipc_error(error = open(what))) {
        if (slept >= AGAIN_PATIENCE_MS)
            return -L4_ENODEV;
        l4_ipc_sleep_ms(pause);
        slept += pause;
        if (pause < AGAIN_PAUSE_MOST_MS)
            pause *= 2;
    }
    return error;
}

#endif
