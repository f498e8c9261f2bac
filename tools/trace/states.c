/* The states of states.h. */
#include "states.h"
#include "util.h"

#include <stdlib.h>

enum { CHAIN_MAX = 64 };

struct thread_state *states_thread(struct states *s, uint32_t id)
{
    struct thread_state *t = map_get(&s->threads, id);

    if (!t) {
        t = xcalloc(1, sizeof(*t));
        t->id = id;
        t->deadline = ~0ull;
        map_put(&s->threads, id, t);
    }
    return t;
}

void states_free(struct states *s)
{
    map_free(&s->threads, 1);
}

static void set(struct states *s, uint32_t id, enum doing doing)
{
    struct thread_state *t = states_thread(s, id);

    if (t->doing == DOING_RUN)
        t->ran += s->time - t->since;
    t->doing = doing;
    t->since = s->time;
    if (doing != DOING_WAIT) {
        t->partner = t->via = t->why = 0; /* keeps I2 */
        t->deadline = ~0ull;
    }
}

static void wait_for(struct states *s, uint32_t id, uint64_t partner,
                     uint64_t via, uint64_t why, uint64_t deadline)
{
    struct thread_state *t = states_thread(s, id);

    if (t->doing != DOING_WAIT)
        set(s, id, DOING_WAIT);
    t->partner = (uint32_t)partner;
    t->via = (uint32_t)via;
    t->why = (uint32_t)why;
    t->deadline = deadline;
}

static void wake(struct states *s, uint32_t id)
{
    if (states_thread(s, id)->doing == DOING_WAIT)
        set(s, id, DOING_READY);
}

static void on_message(struct states *s, const struct vtr_record *r)
{
    uint32_t to = (uint32_t)r->arg[0];

    if (!(r->flags & VTR_F_IRQ)) {
        bool calls = r->flags & (VTR_F_CALL | VTR_F_FAULT);
        if (r->flags & VTR_F_REPLY) {
            states_thread(s, r->thread)->caller = 0;
        } else if (calls) {
            states_thread(s, to)->caller = r->thread;
            wait_for(s, r->thread, to, r->arg[1],
                     r->flags & VTR_F_FAULT ? VTR_WHY_FAULT : VTR_WHY_REPLY,
                     ~0ull);
        }
        if (!calls)
            wake(s, r->thread);
    }
    wake(s, to);
}

static void on_switch(struct states *s, const struct vtr_record *r)
{
    uint32_t to = (uint32_t)r->arg[0], from = s->running[r->cpu];

    if (from && from != to && states_thread(s, from)->doing == DOING_RUN)
        set(s, from, DOING_READY);
    s->running[r->cpu] = to; /* keeps I1 */
    if (to) {
        set(s, to, DOING_RUN);
        if (r->arg[2])
            states_thread(s, to)->prio = (uint32_t)r->arg[2];
    }
}

/* Whoever the thread called or served is left alone. */
static void on_delete(struct states *s, uint32_t thread)
{
    for (size_t i = 0; i < s->threads.size; i++) {
        struct thread_state *t = s->threads.entries[i].value;
        if (t && t->caller == thread)
            t->caller = 0;
    }
    free(map_remove(&s->threads, thread));
}

void states_feed(struct states *s, const struct names *n,
                 const struct vtr_record *r)
{
    (void)n;
    s->time = r->time;
    switch (r->event) {
    case VTR_ENTER:
        states_thread(s, r->thread)->ip = r->arg[1];
        break;
    case VTR_THREAD_START:
        states_thread(s, (uint32_t)r->arg[0])->prio = (uint32_t)r->arg[3];
        set(s, (uint32_t)r->arg[0], DOING_READY);
        break;
    case VTR_THREAD_PRIO:
        states_thread(s, (uint32_t)r->arg[0])->prio = (uint32_t)r->arg[1];
        break;
    case VTR_SWITCH:
        on_switch(s, r);
        break;
    case VTR_IPC:
        on_message(s, r);
        break;
    case VTR_IPC_BLOCK:
        wait_for(s, r->thread, r->arg[0], r->arg[2], r->arg[1], r->arg[3]);
        break;
    case VTR_IPC_ERROR:
        wake(s, r->thread);
        break;
    case VTR_DELETE:
        if (r->arg[1] == VTR_T_THREAD)
            on_delete(s, (uint32_t)r->arg[0]);
        break;
    case VTR_WAIT:
        wait_for(s, (uint32_t)r->arg[0], r->arg[1], r->arg[5], r->arg[2],
                 states_thread(s, (uint32_t)r->arg[0])->deadline);
        states_thread(s, (uint32_t)r->arg[0])->since = r->arg[3];
        states_thread(s, (uint32_t)r->arg[0])->ip = r->arg[4];
        break;
    default:
        break;
    }
}

uint32_t states_waits_for(const struct thread_state *t, const struct names *n)
{
    const struct object_info *gate = names_get(n, t->via);

    if (t->doing != DOING_WAIT ||
        (t->why != VTR_WHY_SEND && t->why != VTR_WHY_REPLY &&
         t->why != VTR_WHY_FAULT && t->why != VTR_WHY_RECEIVE))
        return 0;
    if (t->partner)
        return t->partner;
    return t->why != VTR_WHY_RECEIVE && gate ? gate->target : 0;
}

uint32_t states_root(struct states *s, uint32_t thread)
{
    for (unsigned i = 0; i < CHAIN_MAX; i++) {
        const struct thread_state *t = map_get(&s->threads, thread);
        if (!t || !t->caller)
            break;
        thread = t->caller;
    }
    return thread;
}
