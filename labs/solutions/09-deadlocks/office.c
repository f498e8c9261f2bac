/*
 * Broken server 3: an office and its clerk.
 *
 * The main thread takes jobs and queues them; the clerk, a second thread,
 * sleeps until it is woken, and does a job. Some jobs are never done.
 */
#include "protocol.h"
#include "threads.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>

enum { QUEUE_MAX = 64 };

static l4_umword_t queue[QUEUE_MAX];
static volatile unsigned put, taken; /* all that were ever put and taken */
static l4_cap_idx_t bell; /* an interrupt remembers that it was rung */

static void do_job(void)
{
    l4_utcb_mr()->mr[0] = queue[taken % QUEUE_MAX];
    taken = taken + 1;
    work(300);
    l4_ipc_call(l4re_env_get_cap("sink"), l4_utcb(),
                l4_msgtag(SINK_PROTOCOL, 1, 0, 0), L4_IPC_NEVER);
}

static void clerk(void)
{
    for (;;) {
        l4_irq_receive(bell, L4_IPC_NEVER); /* asleep */
        while (taken != put)
            do_job();
    }
}

static l4_msgtag_t take(l4_msgtag_t request)
{
    if (l4_msgtag_label(request) != OFFICE_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    queue[put % QUEUE_MAX] = l4_utcb_mr()->mr[0];
    put = put + 1;
    l4_irq_trigger(bell); /* wake up */
    return l4_msgtag(0, 0, 0, 0);
}

int main(void)
{
    l4_umword_t label;
    bell = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, bell);
    l4_rcv_ep_bind_thread(bell, thread_start(clerk, 2), 0);
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), take(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
