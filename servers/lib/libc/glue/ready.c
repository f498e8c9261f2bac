/*
 * Who waits for files is told when to look again.
 *
 *   servers, consoles --trigger--> interrupts --+
 *                                               v
 *                                    a thread of the library --+
 *                                                              v
 *   pipes of this program -------------------------------> changed++, wake
 *
 * One word counts all changes; whoever waits for a file sleeps on it (futex.c)
 * and, when woken, asks its own files anew. So any number of threads wait for
 * any files, interrupted or timed like every wait, and nobody makes a call
 * while nothing happens.
 *
 *  I1  A change that comes after ready_seen() is not lost: it moves `changed`,
 *      and ready_wait() returns at once.
 *
 * The thread and the interrupt for servers are made when first needed.
 */
#include "ready.h"
#include "clock.h"
#include "env.h"
#include "lock.h"
#include "threads.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <limits.h>

static int changed;
static int waiting; /* threads in ready_wait() */
static struct sleep_lock making;
static struct thread *listener;
static l4_cap_idx_t server_irq; /* 0: not made yet */

int ready_seen(void)
{
    return __atomic_load_n(&changed, __ATOMIC_SEQ_CST);
}

void ready_tell(void)
{
    const long arguments[6] = {(long)&changed, FUTEX_WAKE, INT_MAX};

    __atomic_add_fetch(&changed, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST))
        call_futex(arguments);
}

long ready_wait(int seen, l4_uint64_t deadline)
{
    struct timespec length, *limit = 0;
    l4_uint64_t now = l4_kip_clock(l4_kip());
    long result;

    if (now >= deadline)
        return -ETIMEDOUT;
    if (deadline != READY_FOR_EVER) {
        length.tv_sec = (deadline - now) / 1000000;
        length.tv_nsec = (deadline - now) % 1000000 * 1000;
        limit = &length;
    }
    const long arguments[6] = {(long)&changed, FUTEX_WAIT, seen, (long)limit};
    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    result = call_futex(arguments); /* keeps I1 */
    __atomic_sub_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    return result == -EINTR || result == -ETIMEDOUT ? result : 0;
}

static int listen(void *unused)
{
    l4_umword_t label;

    (void)unused;
    for (;;) {
        l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        if (l4_msgtag_has_error(tag))
            continue;
        if (label == READY_CHILDREN)
            children_ended();
        ready_tell();
    }
    return 0;
}

long ready_listen(l4_cap_idx_t irq, enum ready_what what)
{
    sleep_lock_take(&making);
    if (!listener)
        listener = thread_start_internal(listen, 0);
    sleep_lock_drop(&making);
    if (!listener)
        return -ENOMEM;
    return l4_error(l4_rcv_ep_bind_thread(irq, listener->cap, what)) < 0
               ? -ENOMEM
               : 0;
}

l4_cap_idx_t ready_new_irq(enum ready_what what)
{
    l4_cap_idx_t irq = env_new_irq();

    if (l4_is_invalid_cap(irq))
        return irq;
    if (ready_listen(irq, what)) {
        l4re_util_cap_free_um(irq);
        return L4_INVALID_CAP;
    }
    return irq;
}

l4_cap_idx_t ready_irq(void)
{
    static struct sleep_lock once;

    sleep_lock_take(&once);
    if (!server_irq || l4_is_invalid_cap(server_irq))
        server_irq = ready_new_irq(READY_FILES);
    sleep_lock_drop(&once);
    return server_irq;
}
