/*
 * Scheduler: ready queues, time slices, donation, the timer (see sched.h).
 *
 * sched_next() is the only place where the running thread changes. It is
 * called once per kernel exit, so everything else may make threads ready or
 * blocked in any order. What one CPU asks of another is in sched_cpus.c.
 */
#include "sched.h"
#include "ipc.h"
#include "kip.h"
#include "task.h"
#include "kassert.h"
#include "trace.h"
#include "trace_handover.h"
#include "work.h"

struct cpu sched_cpus[SCHED_MAX_CPUS];
uint64_t sched_default_slice;
unsigned sched_cpu_count = 1;

void sched_init(uint64_t default_slice_ns, unsigned cpus)
{
    kassert(cpus >= 1 && cpus <= SCHED_MAX_CPUS);
    sched_cpu_count = cpus;
    sched_default_slice = default_slice_ns;
    for (unsigned i = 0; i < SCHED_MAX_CPUS; i++) {
        struct cpu *c = &sched_cpus[i];
        *c = (struct cpu){.number = i, .highest = -1, .armed = TIME_NEVER};
        for (unsigned p = 0; p < SCHED_PRIOS; p++)
            list_init(&c->queue[p]);
    }
}

static void sched_put(struct cpu *c, struct thread *t)
{
    list_add_last(&c->queue[t->prio], &t->ready);
    c->bitmap[t->prio / 64] |= 1ull << (t->prio % 64);
    if (c->highest < (int)t->prio)
        c->highest = t->prio;
}

/* The current thread takes its place before `next` (NULL: anybody) comes after
 * it. (A message has made it run; there was no draw for its place, see
 * boot.c.) */
static inline void sched_settle(struct cpu *c, const struct thread *next)
{
    struct thread *t = c->current;
    if (t && t != next && t->state == THREAD_READY && list_is_empty(&t->ready))
        sched_put(c, t); /* keeps I5 */
}

static void sched_enqueue(struct cpu *c, struct thread *t)
{
    sched_settle(c, t);
    sched_put(c, t);
}

/* The same for a thread that wakes: the seed may change the order among
 * equals, but never who is current, nor whose turn it is after a slice. */
static void sched_enqueue_woken(struct cpu *c, struct thread *t)
{
    sched_settle(c, t);
    struct list *last = c->queue[t->prio].prev;
    bool swap = port_vary(2) && last != &c->queue[t->prio] &&
                container_of(last, struct thread, ready) != c->current;
    sched_put(c, t);
    if (swap) {
        list_remove(&t->ready);
        list_insert_after(last->prev, &t->ready);
    }
}

/* Highest priority with a ready thread, -1: none. */
static int sched_find_highest(const struct cpu *c)
{
    for (int i = SCHED_PRIOS / 64 - 1; i >= 0; i--)
        if (c->bitmap[i])
            return i * 64 + 63 - __builtin_clzll(c->bitmap[i]);
    return -1;
}

/* Harmless if t is on none (I5). */
static void sched_dequeue(struct cpu *c, struct thread *t)
{
    list_remove(&t->ready);
    if (!list_is_empty(&c->queue[t->prio]))
        return;
    c->bitmap[t->prio / 64] &= ~(1ull << (t->prio % 64));
    if (c->highest == (int)t->prio)
        c->highest = sched_find_highest(c); /* keeps I6 */
}

void sched_leave_queue(struct cpu *c)
{
    sched_dequeue(c, c->current);
}

void sched_ready(struct thread *t)
{
    if (t->state == THREAD_READY)
        return;
    struct cpu *c = sched_home(t);
    t->state = THREAD_READY;
    sched_enqueue_woken(c, t);
    bool remote = t->cpu != port_cpu();
    if (remote && (!c->current || t->prio > c->current_prio))
        port_ipi(t->cpu);
}

void sched_block(struct thread *t, enum thread_state state)
{
    struct cpu *c = sched_home(t);
    if (__builtin_expect(sched_runs_elsewhere(t), 0))
        sched_recall(t);
    if (t->state == THREAD_READY)
        sched_dequeue(c, t);
    t->state = state;
    if (c->direct == t)
        c->direct = NULL;
}

void sched_donate(struct thread *to)
{
    struct cpu *c = sched_cpu();
    if (to->cpu != c->number)
        return;
    c->direct = to;
    c->direct_prio = sched_direct_prio(c, to);
}

static uint64_t sched_fresh_slice(const struct thread *t)
{
    return t->slice_ns - port_vary((unsigned)(t->slice_ns / 2));
}

void sched_set_params(struct thread *t, unsigned prio, uint64_t slice_ns)
{
    struct cpu *c = sched_home(t);
    bool ready = t->state == THREAD_READY;
    if (ready)
        sched_dequeue(c, t);
    t->prio = prio;
    t->sender.prio = prio;
    t->slice_ns = slice_ns;
    t->slice_left = sched_fresh_slice(t);
    if (ready)
        sched_enqueue(c, t);
    if (c->current == t) {
        c->current_prio = (int)prio;
        c->donated = false;
        c->slice_owner = t;
        c->slice_end = port_time() + t->slice_left;
    }
    if (ready)
        sched_kick(c);
    trace_event(VTR_THREAD_PRIO, 0, t->object.id, prio, slice_ns, t->next_cpu,
                0, 0);
}

/* t's slice is over: it gets a new one at the back of the queue. */
static void sched_refill(struct cpu *c, struct thread *t)
{
    t->slice_left = sched_fresh_slice(t);
    if (t->state == THREAD_READY) {
        sched_dequeue(c, t);
        sched_enqueue(c, t);
    }
}

/* The slice in force ends: what is left of it goes back to its owner. */
static void sched_end_slice(struct cpu *c, uint64_t now)
{
    struct thread *owner = c->slice_owner;
    if (!owner)
        return;
    owner->slice_left = c->slice_end > now ? c->slice_end - now : 0;
    if (!owner->slice_left)
        sched_refill(c, owner);
    c->slice_owner = NULL;
}

void sched_give_way(void)
{
    struct cpu *c = sched_cpu();
    struct thread *t = c->current;
    sched_end_slice(c, port_time());
    c->donated = false;
    c->current_prio = t->prio;
    sched_refill(c, t);
}

void sched_timer(void)
{
    struct cpu *c = sched_cpu();
    uint64_t now = port_time();
    struct timeout *due;
    c->armed = 0; /* one-shot: it must be asked for again */
    while ((due = timeout_pop(&c->timeouts, now))) {
        ipc_timed_out(container_of(due, struct thread, timeout));
        if (work_should_stop())
            break; /* sched_arm() asks for the timer at once */
    }
    if (c->current && now >= c->slice_end) {
        struct thread *t = c->current;
        sched_end_slice(c, now);
        if (c->donated)
            sched_refill(c, t);
        c->donated = false;
        c->direct = NULL; /* there is nothing left to be passed on */
        c->current_prio = t->prio;
    }
}

/* Who is to run: by donation, or the head of the highest queue. */
static struct thread *sched_choose(struct cpu *c, bool *ret_direct)
{
    struct thread *t = __builtin_expect(c->rests, 0) ? NULL : c->direct;
    *ret_direct =
        t && t->state == THREAD_READY && !sched_is_above(c, c->direct_prio);
    c->direct = NULL;
    if (*ret_direct)
        return t;
    int highest = c->highest;
    if (highest < 0 || c->rests)
        return NULL;
    /* A donated or boosted thread goes on while nobody is above it. */
    t = c->current;
    if (t && t->state == THREAD_READY && c->donated &&
        c->current_prio >= highest)
        return t;
    return container_of(c->queue[highest].next, struct thread, ready);
}

int sched_next_prio(void)
{
    struct cpu *c = sched_cpu();
    sched_settle(c, NULL);
    int prio = c->highest;
    const struct thread *t = c->direct, *now = c->current;
    if (c->rests)
        return -1;
    if (t && t->state == THREAD_READY && c->direct_prio > prio)
        prio = c->direct_prio;
    if (now && now->state == THREAD_READY && c->donated &&
        c->current_prio > prio)
        prio = c->current_prio;
    return prio;
}

static inline void sched_account(struct cpu *c, uint64_t now)
{
    uint64_t spent = now > c->switched_at ? now - c->switched_at : 0;
    if (c->current)
        c->current->time_ns += spent;
    else
        c->idle_ns += spent;
    c->switched_at = now;
}

static inline void sched_switch(struct cpu *c, struct thread *to, bool direct,
                                uint64_t now)
{
    struct thread *from = c->current;
    sched_account(c, now);
    if (direct && c->slice_owner) {
        c->donated = c->slice_owner != to;
        c->current_prio = c->donated ? c->direct_prio : to->prio;
    } else {
        sched_end_slice(c, now);
        c->donated = false;
        if (to) {
            c->current_prio = to->prio;
            c->slice_owner = to;
            c->slice_end = now + to->slice_left;
        }
    }
    c->current = to;
    if (trace_is_on()) {
        sched_tell_trace(c);
        handover_switch(to ? to->object.id : 0, from ? from->object.id : 0,
                        to ? to->prio : 0, direct);
    }
}

void sched_tell_trace(const struct cpu *c)
{
    const struct thread *t = c->current;
    trace_who[c->number] = (struct trace_who){
        .thread = t ? t->object.id : 0,
        .task = t ? t->task->object.id : 0,
    };
}

void sched_trace_switched(void)
{
    for (unsigned i = 0; i < SCHED_MAX_CPUS; i++)
        sched_cpus[i].traced = trace_on;
}

/* This CPU's thread leaves it and nobody follows yet. */
static void sched_to_nobody(struct cpu *c)
{
    sched_switch(c, NULL, false, port_time());
}

void sched_forget(struct thread *t)
{
    struct cpu *c = sched_home(t);
    uint64_t now = port_time();
    if (c->current == t) /* on this CPU, else sched_block() recalled it */
        sched_to_nobody(c);
    if (c->slice_owner == t) {
        sched_end_slice(c, now);
        c->donated = false;
        c->current_prio = c->current ? c->current->prio : 0;
    }
}

void sched_unset_current(struct cpu *c)
{
    sched_settle(c, NULL);
    sched_account(c, port_time());
    c->current = NULL;
}

void sched_leave_home(struct thread *t)
{
    struct cpu *c = sched_home(t);
    uint64_t now = port_time();
    if (c->current == t)
        sched_to_nobody(c);
    if (c->slice_owner == t) {
        sched_end_slice(c, now);
        c->donated = false;
    }
    if (c->direct == t)
        c->direct = NULL;
    if (t->state == THREAD_READY)
        sched_dequeue(c, t);
}

void sched_enter_home(struct thread *t)
{
    sched_enqueue(sched_home(t), t);
}

/* Asks for the timer at the earliest of slice end, tick and timeouts. */
static void sched_arm(struct cpu *c, uint64_t now)
{
    uint64_t when = timeout_next(&c->timeouts);
    if (c->current) {
        if (now >= c->tick_at)
            c->tick_at = now + SCHED_TICK_NS;
        when = when < c->slice_end ? when : c->slice_end;
        when = when < c->tick_at ? when : c->tick_at;
    }
    if (when != c->armed) {
        c->armed = when;
        port_timer_set(when);
    }
}

void sched_tick(struct cpu *c, uint64_t now)
{
    sched_arm(c, now);
    kip_update_clock(now);
}

struct thread *sched_next(void)
{
    struct cpu *c = sched_cpu();
    uint64_t now = port_time();
    bool direct;
    sched_settle(c, NULL);
    struct thread *to = sched_choose(c, &direct);
    if (to != c->current)
        sched_switch(c, to, direct, now);
    else if (to && c->slice_owner == NULL) {
        c->slice_owner = to;
        c->slice_end = now + to->slice_left;
    }
    sched_tick(c, now);
    return to;
}

void sched_set_timeout(struct thread *t, uint64_t when)
{
    struct cpu *c = sched_home(t);
    timeout_set(&c->timeouts, &t->timeout, when);
    if (timeout_next(&c->timeouts) == when)
        sched_kick(c);
}

/* Clocks of two CPUs may differ a little. */
static uint64_t sched_since_switch(const struct cpu *c)
{
    uint64_t now = port_time();
    return now > c->switched_at ? now - c->switched_at : 0;
}

uint64_t sched_thread_time(const struct thread *t)
{
    const struct cpu *c = sched_home(t);
    return t->time_ns + (t == c->current ? sched_since_switch(c) : 0);
}

uint64_t sched_idle_time(unsigned cpu)
{
    const struct cpu *c = &sched_cpus[cpu];
    return c->idle_ns + (c->current ? 0 : sched_since_switch(c));
}

static void sched_check_queue(const struct cpu *c, unsigned prio)
{
    const struct list *q = &c->queue[prio];
    bool bit = c->bitmap[prio / 64] >> (prio % 64) & 1;
    kassert(bit == !list_is_empty(q)); /* I1 */
    for (const struct list *n = q->next; n != q; n = n->next) {
        const struct thread *t = container_of(n, struct thread, ready);
        kassert(t->state == THREAD_READY && t->prio == prio);
        kassert(t->cpu == c->number); /* I4 */
    }
}

void sched_check(void)
{
    for (unsigned i = 0; i < SCHED_MAX_CPUS; i++) {
        struct cpu *c = &sched_cpus[i];
        kassert(!c->current || c->current->state != THREAD_DEAD); /* I3 */
        kassert(!c->slice_owner || c->slice_owner->state != THREAD_DEAD);
        kassert(!c->direct || c->direct->state == THREAD_READY);
        kassert(!c->current || c->current->cpu == i); /* I4 */
        kassert(c->highest == sched_find_highest(c)); /* I6 */
        for (unsigned p = 0; p < SCHED_PRIOS; p++)
            sched_check_queue(c, p);
        timeout_check(&c->timeouts);
    }
}
