/*
 * Hearing of a vcon's end (see vcon_watch.h): a thread asks what is never
 * answered, again and again.
 */
#include "vcon_watch.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/vcon.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { PAUSE_MS = 10 };

struct watch {
    l4_cap_idx_t vcon, irq;
};

/* Returns when the server has ended; false: it is none. */
static bool ends(l4_cap_idx_t vcon)
{
    l4_utcb_mr()->mr[0] = VCON_WATCH_OP;
    long error = l4_error(l4_ipc_call(
        vcon, l4_utcb(), l4_msgtag(L4_PROTO_LOG, 1, 0, 0), L4_IPC_NEVER));
    return error != -L4_ENOSYS && error != -L4_EBADPROTO;
}

static void *watch(void *data)
{
    struct watch w = *(struct watch *)data;
    l4_vcon_attr_t attr;
    free(data);
    while (ends(w.vcon)) {
        do /* until the next one answers */
            l4_ipc_sleep_ms(PAUSE_MS);
        while (l4_error(l4_vcon_get_attr(w.vcon, &attr)) < 0);
        l4_irq_trigger(w.irq);
    }
    return NULL;
}

long vcon_watch(l4_cap_idx_t vcon, l4_cap_idx_t irq)
{
    pthread_t thread;
    struct watch *w = malloc(sizeof *w);
    if (!w)
        return -L4_ENOMEM;
    *w = (struct watch){vcon, irq};
    if (!pthread_create(&thread, NULL, watch, w)) {
        pthread_detach(thread);
        return 0;
    }
    free(w);
    return -L4_ENOMEM;
}
