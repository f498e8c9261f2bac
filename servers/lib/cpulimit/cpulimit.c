/*
 * Limits of CPU time (see cpulimit.h).
 *
 * The watching thread is a server: its root gate, which only this program
 * has, makes a session for each limited program. All fields of a limit but
 * `is_told` are that thread's alone.
 *
 * I1  a limit is on the list from its opening to its closing.
 * I2  threads[0 .. count) have run; us is what each had used when looked at.
 * I3  one that is over is held: all its threads have priority HELD.
 */
#include "cpulimit.h"
#include <l4/re/c/server.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/kip.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <string.h>

enum {
    THREADS = 64,
    HELD = 1,
    MOST_PRIORITY = L4_SCHED_MAX_PRIO - 1, /* of who is limited */
    LOOK_US = 20000,
    LEAST_US = 1000,
    RUN_WORDS = 5,
};

struct limit {
    struct l4re_session session; /* first */
    struct l4re_timer timer;
    struct limit *next; /* I1 */
    l4_cap_idx_t slot, scheduler;
    l4_kernel_clock_t most, ended; /* ended: used by threads that are gone */
    l4_kernel_clock_t looked;      /* when */
    struct {
        l4_cap_idx_t cap;
        l4_kernel_clock_t us;
    } threads[THREADS];
    unsigned count; /* I2 */
    bool is_over, is_told;
};

static struct l4re_server watch;
static struct l4re_session root;
static struct limit *limits; /* I1; under the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static l4_cap_idx_t used_up_irq;

/* --- looking -------------------------------------------------------------- */

static void hold(const struct limit *l)
{
    l4_sched_param_t p = l4_sched_param(HELD, 0);
    for (unsigned i = 0; i < l->count; i++)
        l4_scheduler_run_thread(l->scheduler, l->threads[i].cap, &p);
}

/* Threads that are gone are taken out; how many those are. */
static unsigned update(struct limit *l)
{
    unsigned gone = 0;
    for (unsigned i = 0; i < l->count;) {
        if (l4_error(l4_thread_stats_time(l->threads[i].cap,
                                          &l->threads[i].us)) >= 0) {
            i++;
            continue;
        }
        l->ended += l->threads[i].us;
        l4re_util_cap_free_um(l->threads[i].cap);
        l->threads[i] = l->threads[--l->count]; /* keeps I2 */
        gone++;
    }
    return gone;
}

static unsigned cpus(const struct limit *l)
{
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    l4_scheduler_info(l->scheduler, NULL, &set);
    unsigned online = (unsigned)__builtin_popcountl(set.map);
    return online ? online : 1;
}

static l4_kernel_clock_t used(const struct limit *l)
{
    l4_kernel_clock_t us = l->ended;
    for (unsigned i = 0; i < l->count; i++)
        us += l->threads[i].us;
    return us;
}

static void over(struct limit *l)
{
    hold(l); /* keeps I3 */
    pthread_mutex_lock(&lock);
    l->is_over = true;
    pthread_mutex_unlock(&lock);
    l4_irq_trigger(used_up_irq);
}

static void look_due(struct l4re_server *server, struct l4re_timer *timer);

static void look(struct limit *l)
{
    l4_kernel_clock_t now = l4_kip_clock(l4re_kip()), us;
    unsigned gone = update(l), at_once = cpus(l);
    l->ended += (now - l->looked) * (gone < at_once ? gone : at_once);
    l->looked = now;
    us = used(l);
    if (us >= l->most) {
        over(l);
        return;
    }
    l4_kernel_clock_t next = (l->most - us) / at_once;
    next = next > LOOK_US ? LOOK_US : next < LEAST_US ? LEAST_US : next;
    if (l->count)
        l4re_timer_set(&watch, &l->timer, now + next, look_due);
}

static void look_due(struct l4re_server *server, struct l4re_timer *timer)
{
    (void)server;
    look((struct limit *)((char *)timer - offsetof(struct limit, timer)));
}

/* --- the scheduler's protocol --------------------------------------------- */

static bool is_known(const struct limit *l, l4_cap_idx_t thread)
{
    for (unsigned i = 0; i < l->count; i++)
        if (l4_error(l4_task_cap_equal(L4RE_THIS_TASK_CAP, l->threads[i].cap,
                                       thread)) == 1)
            return true;
    return false;
}

/* Keeps I2. */
static long note(struct limit *l, l4_cap_idx_t thread)
{
    if (is_known(l, thread))
        return 0;
    if (l->count == THREADS)
        return -L4_ENOMEM;
    long error = l4re_session_keep_cap(&l->session, thread);
    if (error < 0)
        return error;
    l->threads[l->count].cap = thread;
    l->threads[l->count++].us = 0;
    return 0;
}

static long on_run_thread(struct limit *l, const struct l4re_request *r)
{
    if (r->in.words < RUN_WORDS || r->cap_count != 1)
        return -L4_EINVAL;
    look(l);
    if (l->is_over)
        return -L4_EPERM;
    long error = note(l, r->caps[0]);
    if (error < 0)
        return error;
    l4_sched_param_t p = l4_sched_param(
        (unsigned)(r->mr[3] < MOST_PRIORITY ? r->mr[3] : MOST_PRIORITY),
        r->mr[4]);
    if ((long)r->mr[3] < 0)
        return -L4_ERANGE;
    p.affinity.gran_offset = r->mr[1];
    p.affinity.map = r->mr[2];
    error = l4_error(l4_scheduler_run_thread(l->scheduler, r->caps[0], &p));
    look(l);
    return error;
}

/* What is only asked: as it came. */
static long pass_on(const struct limit *l, const struct l4re_request *r,
                    struct l4re_msg *answer)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    memcpy(m->mr, r->mr, r->in.words * sizeof r->mr[0]);
    l4_utcb_br()->br[0] = 0;
    l4_msgtag_t tag = l4_ipc_call(
        l->scheduler, l4_utcb(),
        l4_msgtag(L4_PROTO_SCHEDULER, r->in.words, 0, 0), L4_IPC_NEVER);
    long result = l4_error(tag);
    l4_umword_t words[L4_UTCB_GENERIC_DATA_SIZE];
    unsigned count = result < 0 ? 0 : l4_msgtag_words(tag);
    memcpy(words, m->mr, count * sizeof words[0]);
    for (unsigned i = 0; i < count; i++)
        l4re_msg_word(answer, words[i]);
    return result;
}

static long dispatch(struct l4re_session *session, const void *methods,
                     struct l4re_request *r, struct l4re_msg *answer)
{
    struct limit *l = (struct limit *)session;
    (void)methods;
    if (!r->in.words)
        return -L4_EINVAL;
    return (r->mr[0] & 0xffff) == L4_SCHEDULER_RUN_THREAD_OP
               ? on_run_thread(l, r)
               : pass_on(l, r, answer);
}

/* --- limits --------------------------------------------------------------- */

/* create(slot, scheduler, us): this program's own words. */
static long on_opened(struct l4re_session *session, struct l4re_request *r)
{
    struct limit *l = (struct limit *)session;
    long slot = 0, scheduler = 0, us = 0;
    if (l4re_varg_int(r, &slot) < 1 || l4re_varg_int(r, &scheduler) < 1 ||
        l4re_varg_int(r, &us) < 1)
        return -L4_EINVAL;
    l->slot = (l4_cap_idx_t)slot;
    l->scheduler = (l4_cap_idx_t)scheduler;
    l->most = (l4_kernel_clock_t)us;
    l->looked = l4_kip_clock(l4re_kip());
    pthread_mutex_lock(&lock);
    l->next = limits;
    limits = l; /* keeps I1 */
    pthread_mutex_unlock(&lock);
    return 0;
}

static void on_closed(struct l4re_session *session)
{
    struct limit *l = (struct limit *)session, **at = &limits;
    pthread_mutex_lock(&lock);
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    pthread_mutex_unlock(&lock);
    l4re_timer_clear(&watch, &l->timer);
    for (unsigned i = 0; i < l->count; i++)
        l4re_util_cap_free_um(l->threads[i].cap);
}

static const struct l4re_interface interface = {
    .name = "cpulimit",
    .protocol = L4_PROTO_SCHEDULER,
    .dispatch = dispatch,
};

/* The root is asked for limits only. */
static const struct l4re_service service = {
    .interface = &interface,
    .session_size = sizeof(struct limit),
    .opened = on_opened,
    .closed = on_closed,
};

/* The watching thread, above all it watches, and its root gate. */
static long start(l4_cap_idx_t irq)
{
    l4_sched_param_t p = l4_sched_param(L4_SCHED_MAX_PRIO, 0);
    l4_cap_idx_t gate = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(gate))
        return -L4_ENOMEM;
    used_up_irq = irq;
    long error = l4_error(
        l4_factory_create_gate(l4re_env()->factory, gate, L4_INVALID_CAP, 0));
    if (error >= 0)
        error = l4re_server_start(&watch, 0);
    if (error >= 0)
        error = l4_error(
            l4_scheduler_run_thread(l4re_env()->scheduler, watch.thread, &p));
    return error < 0 ? error
                     : l4re_server_publish(&watch, &root, &service, gate);
}

long cpulimit_make(l4_cap_idx_t slot, l4_cap_idx_t scheduler,
                   l4_kernel_clock_t us, l4_cap_idx_t irq)
{
    long error = root.gate ? 0 : start(irq);
    if (error < 0)
        return error;
    l4_msgtag_t t = l4_factory_create_start(0, slot);
    l4_factory_create_add_int((l4_mword_t)slot, &t);
    l4_factory_create_add_int((l4_mword_t)scheduler, &t);
    l4_factory_create_add_int((l4_mword_t)us, &t);
    return l4_error(l4_factory_create_commit(root.gate, t));
}

l4_cap_idx_t cpulimit_used_up(void)
{
    l4_cap_idx_t slot = L4_INVALID_CAP;
    pthread_mutex_lock(&lock);
    for (struct limit *l = limits; l && l4_is_invalid_cap(slot); l = l->next)
        if (l->is_over && !l->is_told) {
            l->is_told = true;
            slot = l->slot;
        }
    pthread_mutex_unlock(&lock);
    return slot;
}
