/*
 * Hearing of a server's end (see watch.h): a thread asks what is never
 * answered, again and again.
 */
#include "watch.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/meta.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { PAUSE_MS = 10 };

struct watch {
    struct watched what;
    l4_cap_idx_t irq;
};

/* Returns when the server has ended; false: it does not know the request. */
static bool ends(const struct watched *w)
{
    l4_utcb_mr()->mr[0] = w->operation;
    long error = l4_error(l4_ipc_call(
        w->server, l4_utcb(), l4_msgtag(w->protocol, 1, 0, 0), L4_IPC_NEVER));
    return error != -L4_ENOSYS && error != -L4_EBADPROTO;
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
    struct watch w = *(struct watch *)data;
    free(data);
    while (ends(&w.what)) {
        do /* until the next one answers */
            l4_ipc_sleep_ms(PAUSE_MS);
        while (!answers(&w.what));
        l4_irq_trigger(w.irq);
    }
    return NULL;
}

long watch_start(const struct watched *what, l4_cap_idx_t irq)
{
    pthread_t thread;
    struct watch *w = malloc(sizeof *w);
    if (!w)
        return -L4_ENOMEM;
    *w = (struct watch){*what, irq};
    if (!pthread_create(&thread, NULL, watch, w)) {
        pthread_detach(thread);
        return 0;
    }
    free(w);
    return -L4_ENOMEM;
}
