/*
 * The server under test: probe.iface and depot.iface, on two threads.
 *
 *      main thread of the server   probe, depots, timers, the interrupt
 *      second                      depots of open_elsewhere()
 */
#include "probe.h"
#include "depot-server.h"
#include "probe-server.h"
#include <ctype.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAUSES = 8 };

static struct l4re_server first, second;
static int opened, closed_count; /* of both threads: atomic */
static unsigned long hits;
static struct l4re_irq irq;
static l4_cap_idx_t kept = L4_INVALID_CAP;

/* ---- Depots ---- */

struct depot {
    struct l4re_session session;
    l4_umword_t value;
};

static struct depot *last; /* that open() made; of the first server */

static long depot_put_value(struct l4re_session *session, l4_umword_t value)
{
    ((struct depot *)session)->value = value;
    return 0;
}

static long depot_get_value(struct l4re_session *session,
                            l4_umword_t *ret_value)
{
    *ret_value = ((struct depot *)session)->value;
    return 0;
}

static void depot_closed(struct l4re_session *session)
{
    __atomic_add_fetch(&closed_count, 1, __ATOMIC_RELAXED);
    if (last == (struct depot *)session)
        last = NULL;
    free(session);
}

static const struct depot_methods depot_methods = {depot_put_value,
                                                   depot_get_value};
static const struct l4re_service depot_service = {.interface = &depot_interface,
                                                  .methods = &depot_methods,
                                                  .closed = depot_closed};

static long open_on(struct l4re_session *session, struct l4re_server *server,
                    l4_cap_idx_t *ret_depot)
{
    struct depot *d = calloc(1, sizeof *d);
    if (!d)
        return -L4_ENOMEM;
    long error =
        l4re_session_open(session, &d->session, &depot_service, server);
    if (error < 0) {
        free(d);
        return error;
    }
    __atomic_add_fetch(&opened, 1, __ATOMIC_RELAXED);
    *ret_depot = d->session.gate;
    if (!server)
        last = d;
    return 0;
}

/* ---- The probe ---- */

static long subtract(struct l4re_session *session, long a, long b,
                     long *ret_difference)
{
    (void)session;
    *ret_difference = a - b;
    return 0;
}

static long reverse(struct l4re_session *session, const void *data,
                    size_t data_size, void *ret_turned, size_t *ret_turned_size)
{
    (void)session;
    for (size_t i = 0; i < data_size; i++)
        ((char *)ret_turned)[i] = ((const char *)data)[data_size - 1 - i];
    *ret_turned_size = data_size;
    return 0;
}

static long shout(struct l4re_session *session, const char *what,
                  char *ret_loud, l4_umword_t *ret_length)
{
    (void)session;
    if (!*what)
        return -L4_EINVAL;
    *ret_length = strlen(what);
    for (size_t i = 0; i <= *ret_length; i++)
        ret_loud[i] = (char)toupper((unsigned char)what[i]);
    return (long)*ret_length;
}

static long open_here(struct l4re_session *session, l4_cap_idx_t *ret_depot)
{
    return open_on(session, NULL, ret_depot);
}

static long open_again(struct l4re_session *session, l4_cap_idx_t *ret_depot)
{
    (void)session;
    return last ? l4re_session_again(&last->session, ret_depot) : -L4_ENOENT;
}

static long open_elsewhere(struct l4re_session *session,
                           l4_cap_idx_t *ret_depot)
{
    return open_on(session, &second, ret_depot);
}

static long ask(struct l4re_session *session, l4_cap_idx_t depot,
                l4_umword_t *ret_value)
{
    (void)session;
    return depot_get(depot, ret_value);
}

static long ask_if(struct l4re_session *session, l4_cap_idx_t depot,
                   l4_umword_t *ret_value)
{
    if (l4_is_invalid_cap(depot))
        return -L4_ENOENT;
    return ask(session, depot, ret_value);
}

static long keep(struct l4re_session *session, l4_cap_idx_t depot)
{
    long error = l4re_session_keep_cap(session, depot);
    if (!error)
        kept = depot;
    return error;
}

static long recall(struct l4re_session *session, l4_cap_idx_t *ret_depot)
{
    (void)session;
    if (l4_is_invalid_cap(kept))
        return -L4_ENOENT;
    *ret_depot = kept;
    return 0;
}

struct pause {
    struct l4re_timer timer;
    struct l4re_caller caller;
    l4_kernel_clock_t since;
    bool in_use;
};

static void pause_over(struct l4re_server *server, struct l4re_timer *timer)
{
    struct pause *p = (struct pause *)timer;
    p->in_use = false;
    probe_pause_answer(server, p->caller, 0,
                       l4_kip_clock(l4re_kip()) - p->since);
}

static long pause_for(struct l4re_session *session, l4_umword_t us,
                      l4_umword_t *ret_waited)
{
    static struct pause pauses[PAUSES];
    struct pause *p = pauses;
    (void)ret_waited;
    while (p->in_use)
        if (++p == pauses + PAUSES)
            return -L4_EBUSY;
    long error = l4re_session_later(session, &p->caller);
    if (error < 0)
        return error;
    p->in_use = true;
    p->since = l4_kip_clock(l4re_kip());
    l4re_timer_set(&first, &p->timer, p->since + us, pause_over);
    return L4RE_LATER;
}

static long state(struct l4re_session *session, l4_umword_t *ret_open,
                  l4_umword_t *ret_closed, l4_umword_t *ret_hits)
{
    (void)session;
    *ret_closed = (l4_umword_t)__atomic_load_n(&closed_count, __ATOMIC_RELAXED);
    *ret_open =
        (l4_umword_t)__atomic_load_n(&opened, __ATOMIC_RELAXED) - *ret_closed;
    *ret_hits = hits;
    return 0;
}

static long interrupt(struct l4re_session *session, l4_cap_idx_t *ret_irq)
{
    (void)session;
    *ret_irq = irq.cap;
    return 0;
}

static long stop(struct l4re_session *session)
{
    const char *broken = l4re_server_check(&first);
    (void)session;
    if (broken)
        printf("# %s\n", broken);
    l4re_server_stop(&first, broken ? -1 : 0);
    return 0;
}

static void irq_hit(struct l4re_server *server, struct l4re_irq *i)
{
    (void)server, (void)i;
    hits++;
}

long probe_serve(l4_cap_idx_t gate)
{
    static const struct probe_methods methods = {
        .subtract = subtract,
        .reverse = reverse,
        .shout = shout,
        .open = open_here,
        .open_elsewhere = open_elsewhere,
        .open_again = open_again,
        .ask = ask,
        .ask_if = ask_if,
        .keep = keep,
        .recall = recall,
        .pause = pause_for,
        .state = state,
        .interrupt = interrupt,
        .stop = stop,
    };
    static const struct l4re_service service = {.interface = &probe_interface,
                                                .methods = &methods};
    static struct l4re_session root;
    l4_cap_idx_t irq_cap = l4re_util_cap_alloc();

    l4_factory_create_irq(l4re_env()->factory, irq_cap);
    if (l4re_server_init(&first, L4RE_SERVER_LATER) < 0 ||
        l4re_irq_attach(&first, &irq, irq_cap, irq_hit) < 0 ||
        l4re_server_start(&second, 0) < 0 ||
        l4re_server_publish(&second, &root, &service, gate) != -L4_EINVAL ||
        l4re_server_publish(&first, &root, &service, gate) < 0)
        return -1;
    return l4re_server_run(&first);
}
