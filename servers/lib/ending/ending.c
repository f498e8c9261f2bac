/*
 * The machine's end (see ending.h): a lock, and a buffer of events that say
 * when to let go of it. Both are of one io.
 */
#include "ending.h"
#include "inhibitor-client.h"
#include <l4/re/c/event.h>
#include <l4/re/c/inhibitor.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/event_enums.h>
#include <l4/sys/icu.h>

static struct {
    l4_cap_idx_t bus;
    const char *reason;
    void (*finish)(void);
    struct l4re_irq asked;
    l4re_event_buffer_consumer_t events;
    l4re_ds_t buffer;
} ending;

static void on_event(l4re_event_t *event, void *data)
{
    (void)data;
    if (event->type != L4RE_EV_PM || event->code != L4RE_INHIBITOR_SHUTDOWN)
        return;
    if (ending.finish)
        ending.finish();
    l4re_inhibitor_release(ending.bus, L4RE_INHIBITOR_SHUTDOWN);
}

static void look(void)
{
    l4re_event_buffer_consumer_foreach_available_event(&ending.events, NULL,
                                                       on_event);
}

static void on_asked(struct l4re_server *server, struct l4re_irq *irq)
{
    (void)server, (void)irq;
    look();
}

/* The lock comes first: with it the bus is opened. */
static long hold(void)
{
    long error = l4re_inhibitor_acquire(ending.bus, L4RE_INHIBITOR_SHUTDOWN,
                                        ending.reason);
    if (error >= 0)
        error = l4re_event_get_buffer(ending.bus, ending.buffer);
    if (error >= 0)
        error = l4re_event_buffer_attach(&ending.events, ending.buffer,
                                         l4re_env()->rm);
    if (error >= 0)
        error = l4_error(l4_icu_bind(ending.bus, 0, ending.asked.cap));
    if (error >= 0)
        look(); /* what came before the interrupt could */
    return error < 0 ? error : 0;
}

/* An io that is just being started is asked at the next occasion. */
void ending_again(void)
{
    if (!ending.finish || inhibitor_acquire(ending.bus, L4RE_INHIBITOR_SHUTDOWN,
                                            ending.reason) != -L4_ENOENT)
        return;
    l4re_event_buffer_detach(&ending.events, l4re_env()->rm);
    hold();
}

long ending_start(struct l4re_server *server, l4_cap_idx_t bus,
                  const char *reason, void (*finish)(void))
{
    ending.bus = bus;
    ending.reason = reason;
    ending.buffer = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(ending.buffer))
        return -L4_ENOMEM;
    long error = l4re_irq_make(server, &ending.asked, on_asked);
    if (error >= 0)
        error = hold();
    if (error >= 0)
        ending.finish = finish;
    return error;
}
