/*
 * Hearing of a server's end (see watch.h): a thread that makes a token, hands
 * it over, and waits for its end.
 *
 * I1  between hand_over() and the token's end this task's own capability to it
 *     is a weak one: the server's alone keeps it.
 */
#include "watch.h"
#include "again.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/kernel_object.h>
#include <l4/sys/meta.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/thread.h>
#include <pthread-l4.h>
#include <stdbool.h>
#include <stdlib.h>

enum { PAUSE_MS = 10 };

struct watch {
    struct watched what;
    l4_cap_idx_t irq;    /* the client's */
    l4_cap_idx_t ended;  /* a token has */
    l4_cap_idx_t token;  /* the last one's slot */
    l4_cap_idx_t thread; /* this one */
};

/* The interrupt of the tokens' ends, and a slot for them. */
static long prepare(struct watch *w)
{
    w->thread = pthread_l4_cap(pthread_self());
    w->ended = l4re_util_cap_alloc();
    w->token = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(w->ended) || l4_is_invalid_cap(w->token))
        return -L4_ENOMEM;
    long error = l4_error(l4_factory_create_irq(l4re_env()->factory, w->ended));
    if (error >= 0)
        error = l4_error(l4_rcv_ep_bind_thread(w->ended, w->thread, 0));
    if (error >= 0)
        error = l4_error(l4_thread_register_del_irq(w->thread, w->ended));
    return error;
}

/* Gives the server a new token; an IPC error: it has ended. */
static long hand_over(const struct watch *w)
{
    const struct watched *what = &w->what;
    long error = l4_error(
        l4_factory_create_gate(l4re_env()->factory, w->token, w->thread, 0));
    if (error < 0)
        return error;
    struct l4re_msg m = l4re_msg_start(what->protocol, what->operation);
    l4re_msg_cap(&m, w->token, L4_CAP_FPAGE_RO);
    error = l4re_msg_call(what->server, &m, NULL);
    l4_kobject_dec_refcnt(w->token, 1); /* keeps I1 */
    return error;
}

/* A server that cannot take a capability does not know the request either. */
static bool is_refusal(long error)
{
    return error < 0 && (!again_is_ipc_error(error) ||
                         error == l4_ipc_to_errno(L4_IPC_SEMSGCUT) ||
                         error == l4_ipc_to_errno(L4_IPC_SEMAPFAILED));
}

/* Does any server answer what every server knows? */
static bool answers(const struct watched *w)
{
    l4_utcb_mr()->mr[0] = L4_META_OP_SUPPORTS;
    l4_utcb_mr()->mr[1] = (l4_umword_t)w->protocol;
    return l4_error(l4_ipc_call(w->server, l4_utcb(),
                                l4_msgtag(L4_PROTO_META, 2, 0, 0),
                                L4_IPC_NEVER)) >= 0;
}

static void *watch(void *data)
{
    struct watch *w = data;
    bool goes_on = prepare(w) >= 0;
    while (goes_on && !is_refusal(hand_over(w))) {
        l4_irq_receive(w->ended, L4_IPC_NEVER);
        do /* until the next one answers */
            l4_ipc_sleep_ms(PAUSE_MS);
        while (!answers(&w->what));
        l4_irq_trigger(w->irq);
    }
    l4re_util_cap_free_um(w->token);
    l4re_util_cap_free_um(w->ended);
    free(w);
    return NULL;
}

long watch_start(const struct watched *what, l4_cap_idx_t irq)
{
    pthread_t thread;
    struct watch *w = malloc(sizeof *w);
    if (!w)
        return -L4_ENOMEM;
    *w = (struct watch){.what = *what, .irq = irq};
    if (!pthread_create(&thread, NULL, watch, w)) {
        pthread_detach(thread);
        return 0;
    }
    free(w);
    return -L4_ENOMEM;
}
