/*
 * The loop of a server thread: receive, find who it is for, answer, receive.
 *
 * The label of a message is the address of a struct l4re_endpoint, which says
 * what to do: a session (session.c) reads a request and leaves an answer, an
 * interrupt just calls its function. The answer and the next receive are one
 * system call, unless something must be done in between that needs the UTCB:
 * releasing capabilities that came, giving up the reference to a session just
 * handed out, or a timer that is due.
 *
 *      receive ---> arrived() ---> answer left ---> reply and receive
 *                                       |
 *                                       +--> reply, tidy up, receive
 *
 * With L4RE_SERVER_LATER each caller is kept in an explicit reply slot instead
 * of the thread's implicit one: the current slot stays with a caller who is
 * answered later, and the loop goes on with another.
 *
 * Invariants I1 to I3: <l4/re/c/server.h>.
 */
#include "internal.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/thread.h>
#include <pthread-l4.h>

/* Absolute timeouts put their clock value into this buffer register, behind
 * the windows. */
enum { TIMEOUT_BUFFER = L4RE_SERVER_CAPS + 1 };

l4_cap_idx_t server_reply_selector(const struct l4re_server *s, unsigned reply)
{
    return ((s->reply_base + reply) << L4_CAP_SHIFT) | L4_REPLY_CAP_BIT;
}

/* The server this thread runs. */
static _Thread_local struct l4re_server *running;

struct l4re_server *server_now(const struct l4re_session *session)
{
    return running ? running : session->server;
}

long server_bind(struct l4re_server *s, l4_cap_idx_t cap,
                 struct l4re_endpoint *endpoint)
{
    return l4_error(
        l4_rcv_ep_bind_thread(cap, s->thread, (l4_umword_t)endpoint));
}

static void open_windows(struct l4re_server *s)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    for (unsigned i = 0; i < L4RE_SERVER_CAPS; i++)
        b->br[i] = s->windows[i] | L4_RCV_ITEM_SINGLE_CAP;
    b->br[L4RE_SERVER_CAPS] = 0;
}

static l4_timeout_t until_due(const struct l4re_server *s)
{
    l4_timeout_s receive = L4_IPC_TIMEOUT_NEVER;
    if (s->timers)
        receive = l4_timeout_abs(s->timers->at, TIMEOUT_BUFFER);
    return l4_timeout(L4_IPC_TIMEOUT_0, receive);
}

/* Receives the next message, after the answer if there is one. */
static l4_msgtag_t receive(struct l4re_server *s, l4_umword_t *ret_label)
{
    l4_umword_t flags = s->has_answer ? L4_SYSF_REPLY_AND_WAIT : L4_SYSF_WAIT;
    l4_cap_idx_t to = L4_INVALID_CAP;

    open_windows(s);
    if (s->flags & L4RE_SERVER_LATER)
        to = server_reply_selector(s, s->reply);
    return l4_ipc(to, l4_utcb(), flags, 0, s->answer, ret_label, until_due(s));
}

/* Sends the answer alone: the UTCB is free afterwards. */
static void send_answer(struct l4re_server *s)
{
    l4_cap_idx_t to = L4_INVALID_REPLY_CAP;
    if (s->flags & L4RE_SERVER_LATER)
        to = server_reply_selector(s, s->reply);
    if (s->has_answer)
        l4_ipc_reply(to, l4_utcb(), s->answer, L4_IPC_SEND_TIMEOUT_0);
    s->has_answer = false;
}

static bool timer_is_due(const struct l4re_server *s)
{
    return s->timers && s->timers->at <= l4_kip_clock(l4re_kip());
}

static void run_timers(struct l4re_server *s)
{
    while (timer_is_due(s)) {
        struct l4re_timer *t = s->timers;
        l4re_timer_clear(s, t);
        t->due(s, t);
    }
}

long l4re_server_run(struct l4re_server *s)
{
    running = s;
    while (!s->must_stop) {
        if (session_must_tidy(s) || timer_is_due(s)) {
            send_answer(s);
            session_tidy(s);
            run_timers(s);
            continue; /* a timer may have stopped the server */
        }
        l4_umword_t label;
        l4_msgtag_t tag = receive(s, &label);
        s->has_answer = false;
        if (l4_msgtag_has_error(tag)) {
            /* A timer, a client that did not wait, or a message that broke
             * off: then some of its capabilities may be in the windows. */
            l4_umword_t code = l4_ipc_error(tag, l4_utcb());
            s->request.items =
                code == L4_IPC_REMAPFAILED || code == L4_IPC_REMSGCUT;
            continue;
        }
        struct l4re_endpoint *from = (struct l4re_endpoint *)(label & ~3ul);
        from->arrived(s, from, tag, label);
    }
    send_answer(s);
    session_tidy(s);
    return s->result;
}

void l4re_server_stop(struct l4re_server *s, long result)
{
    s->must_stop = true;
    s->result = result;
}

/* ---- Interrupts ---- */

static void irq_arrived(struct l4re_server *s, struct l4re_endpoint *from,
                        l4_msgtag_t tag, l4_umword_t label)
{
    struct l4re_irq *irq = (struct l4re_irq *)from;
    (void)tag, (void)label;
    irq->hit(s, irq);
}

long l4re_irq_attach(struct l4re_server *s, struct l4re_irq *irq,
                     l4_cap_idx_t cap,
                     void (*hit)(struct l4re_server *, struct l4re_irq *))
{
    *irq = (struct l4re_irq){
        .endpoint.arrived = irq_arrived, .hit = hit, .cap = cap};
    return server_bind(s, cap, &irq->endpoint);
}

long l4re_irq_make(struct l4re_server *s, struct l4re_irq *irq,
                   void (*hit)(struct l4re_server *, struct l4re_irq *))
{
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    irq->cap = 0;
    if (l4_is_invalid_cap(cap))
        return -L4_ENOMEM;
    long error = l4_error(l4_factory_create_irq(l4re_env()->factory, cap));
    if (error < 0) {
        l4re_util_cap_free(cap);
        return error;
    }
    error = l4re_irq_attach(s, irq, cap, hit);
    if (error < 0) {
        l4re_util_cap_free_um(cap);
        irq->cap = 0;
    }
    return error;
}

long l4re_irq_detach(struct l4re_irq *irq)
{
    return l4_error(l4_irq_detach(irq->cap));
}

/* ---- Timers ---- */

void l4re_timer_clear(struct l4re_server *s, struct l4re_timer *t)
{
    if (!t->is_set)
        return;
    struct l4re_timer **at = &s->timers;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->is_set = false;
}

void l4re_timer_set(struct l4re_server *s, struct l4re_timer *t,
                    l4_kernel_clock_t when,
                    void (*due)(struct l4re_server *, struct l4re_timer *))
{
    l4re_timer_clear(s, t);
    struct l4re_timer **at = &s->timers;
    while (*at && (*at)->at <= when)
        at = &(*at)->next;
    *t = (struct l4re_timer){due, when, *at, true};
    *at = t;
}

/* ---- Start ---- */

/* Where the next server's reply slots begin: they belong to the task. */
static unsigned long next_reply_base(void)
{
    static unsigned long servers;
    unsigned long n = __atomic_fetch_add(&servers, 1, __ATOMIC_RELAXED);
    return l4re_env()->first_free_reply_cap + n * L4RE_SERVER_REPLIES;
}

/* The interrupt of sessions whose last client is gone. */
static long attach_deletion(struct l4re_server *s)
{
    long error = l4re_irq_make(s, &s->deleted, session_sweep);
    if (error < 0)
        return error;
    error = l4_error(l4_thread_register_del_irq(s->thread, s->deleted.cap));
    if (error < 0)
        l4re_util_cap_free_um(s->deleted.cap);
    return error;
}

long l4re_server_init(struct l4re_server *s, unsigned flags)
{
    *s = (struct l4re_server){.lock = PTHREAD_MUTEX_INITIALIZER,
                              .flags = flags,
                              .thread = pthread_l4_cap(pthread_self()),
                              .reply_base = next_reply_base(),
                              .replies = 1};
    long error = attach_deletion(s);
    if (error >= 0 && flags & L4RE_SERVER_HELPS)
        error = l4re_irq_make(s, &s->passed, server_help);
    for (unsigned i = 0; i < L4RE_SERVER_CAPS && error >= 0; i++) {
        s->windows[i] = l4re_util_cap_alloc();
        if (l4_is_invalid_cap(s->windows[i]))
            error = -L4_ENOMEM;
    }
    return error < 0 ? error : 0;
}

/* A server's thread and who waits for it to be ready. */
struct start {
    struct l4re_server *server;
    unsigned flags;
    long result;
    bool is_ready;
    pthread_mutex_t lock;
    pthread_cond_t ready;
};

static void *serve_on_thread(void *argument)
{
    struct start *start = argument;
    struct l4re_server *s = start->server;
    long error = l4re_server_init(s, start->flags);

    pthread_mutex_lock(&start->lock);
    start->result = error;
    start->is_ready = true;
    pthread_cond_signal(&start->ready);
    pthread_mutex_unlock(&start->lock); /* `start` may end from here on */
    if (error >= 0)
        l4re_server_run(s);
    return NULL;
}

long l4re_server_start(struct l4re_server *server, unsigned flags)
{
    struct start start = {.server = server,
                          .flags = flags,
                          .lock = PTHREAD_MUTEX_INITIALIZER,
                          .ready = PTHREAD_COND_INITIALIZER};
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve_on_thread, &start))
        return -L4_ENOMEM;
    pthread_detach(thread);
    pthread_mutex_lock(&start.lock);
    while (!start.is_ready)
        pthread_cond_wait(&start.ready, &start.lock);
    pthread_mutex_unlock(&start.lock);
    return start.result;
}

const char *l4re_server_check(struct l4re_server *s)
{
    const char *broken = NULL;
    pthread_mutex_lock(&s->lock);
    for (struct l4re_session *i = s->sessions; i; i = i->next)
        if (i->server != s || l4_is_invalid_cap(i->gate))
            broken = "I1: a session of the list is served elsewhere";
    pthread_mutex_unlock(&s->lock);
    for (struct l4re_timer *t = s->timers; t; t = t->next)
        if (!t->is_set || (t->next && t->next->at < t->at))
            broken = "I2: timers are not in order";
    if (!(s->replies >> s->reply & 1))
        broken = "I3: the current reply slot is free";
    return broken;
}
