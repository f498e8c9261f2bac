/*
 * Given: three jobs. Not to be edited; the tests use their own.
 *
 *      high   (30)        |want     lock, work 1 ms
 *      middle (20)           |work LONG ms
 *      low    (10)   |lock, work 5 ms           | ...
 *                    0    1  2 ms
 *
 * Each tells the main thread (priority 40) what it does, so that the tests
 * see it: WANT, ENTER, LEAVE, DONE with the job's priority in MR0.
 */
#include "lock.h"
#include "threads.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdlib.h>

enum { WANT = 0x601, ENTER, LEAVE, DONE };
enum { LOW = 10, MIDDLE = 20, HIGH = 30, MAIN = 40 };

static l4_cap_idx_t low_cap, high_cap;
static unsigned middle_us;

static void tell(long what, unsigned priority)
{
    l4_utcb_mr()->mr[0] = priority;
    l4_ipc_call(l4re_env()->main_thread, l4_utcb(), l4_msgtag(what, 1, 0, 0),
                L4_IPC_NEVER);
}

static void with_lock(l4_cap_idx_t self, unsigned priority, unsigned us)
{
    tell(WANT, priority);
    lock_acquire(self, priority);
    tell(ENTER, priority);
    work(us);
    tell(LEAVE, priority);
    lock_release(self, priority);
}

static void low(void)
{
    with_lock(low_cap, LOW, 5000);
    work(2000);
    tell(DONE, LOW);
    l4_ipc_sleep(L4_IPC_NEVER);
}

static void middle(void)
{
    l4_ipc_sleep_ms(2);
    work(middle_us);
    tell(DONE, MIDDLE);
    l4_ipc_sleep(L4_IPC_NEVER);
}

static void high(void)
{
    l4_ipc_sleep_ms(1);
    with_lock(high_cap, HIGH, 1000);
    with_lock(high_cap, HIGH, 500);
    tell(DONE, HIGH);
    l4_ipc_sleep(L4_IPC_NEVER);
}

int main(int argc, char **argv)
{
    middle_us = argc > 1 ? (unsigned)atoi(argv[1]) : 40000;
    thread_priority(l4re_env()->main_thread, MAIN);
    lock_init();
    low_cap = thread_start(low, LOW);
    high_cap = thread_start(high, HIGH);
    thread_start(middle, MIDDLE);

    l4_umword_t label;
    unsigned done = 0;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    while (l4_msgtag_label(tag) != DONE || ++done < 3)
        tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 0, 0, 0), &label,
                                    L4_IPC_NEVER);
    return 0;
}
