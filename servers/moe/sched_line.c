/*
 * CPUs that come and go, as a proxy's clients hear of it: each proxy is an ICU
 * with one line, as the kernel's scheduler is.
 *
 *      kernel's scheduler, line 0 --SLOT_CPUS--> moe --> proxies whose CPUs
 *                                                        are not as they were
 *
 * The kernel's line has room for one; moe takes it with the first interrupt
 * that is bound here, and gives it back with the last. If somebody else who has
 * the kernel's scheduler was first, that is -L4_EBUSY.
 *
 * A client's interrupt is held weakly: as the kernel's own lines do, this one
 * forgets it when it ends. Edges, never masked.
 *
 * I1  the list `bound` has the proxies with is_bound; each has its client's
 *     interrupt in SLOT_KEPT + index, or that has ended.
 * I2  moe has the kernel's line while the list is not empty.
 */
#include "sched_line.h"
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <stddef.h>

static struct sched *bound;
static l4_umword_t online; /* at the last look */
static bool has_irq;

static l4_cap_idx_t kept(const struct sched *s)
{
    return slot_cap(SLOT_KEPT + s->object.index);
}

static l4_umword_t online_now(void)
{
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    long error = l4_error(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, NULL, &set));
    return error < 0 ? online : set.map;
}

/* --- the kernel's line ------------------------------------------------- */

static long irq_make(void)
{
    l4_cap_idx_t irq = slot_cap(SLOT_CPUS);
    long error = l4_error(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq));
    if (error >= 0)
        error = l4_error(
            l4_rcv_ep_bind_thread(irq, L4_BASE_THREAD_CAP, LABEL_CPUS));
    has_irq = error >= 0;
    return error;
}

static long line_take(void)
{
    l4_cap_idx_t irq = slot_cap(SLOT_CPUS);
    long error = has_irq ? 0 : irq_make();
    if (error >= 0)
        error = l4_error(l4_icu_bind(L4_BASE_SCHEDULER_CAP, 0, irq));
    if (error < 0)
        return error;
    l4_irq_unmask(irq);
    online = online_now();
    return 0;
}

static void line_leave(void)
{
    l4_icu_unbind(L4_BASE_SCHEDULER_CAP, 0, slot_cap(SLOT_CPUS));
}

/* --- proxies' lines ------------------------------------------------------ */

void sched_line_end(struct sched *s)
{
    struct sched **at = &bound;
    if (!s->is_bound)
        return;
    while (*at != s)
        at = &(*at)->next_bound;
    *at = s->next_bound;
    s->is_bound = false;
    l4_task_release_cap(L4_BASE_TASK_CAP, kept(s));
    if (!bound)
        line_leave(); /* keeps I2 */
}

static bool is_dead(const struct sched *s)
{
    return !l4_msgtag_label(l4_task_cap_valid(L4_BASE_TASK_CAP, kept(s)));
}

static long on_bind(struct sched *s, const struct request *r)
{
    if (s->is_bound && is_dead(s))
        sched_line_end(s);
    if (s->is_bound)
        return -L4_EBUSY;
    long error = request_keep_weak(r, SLOT_KEPT + s->object.index);
    if (!error && !bound)
        error = line_take();
    if (error < 0) {
        l4_task_release_cap(L4_BASE_TASK_CAP, kept(s));
        return error;
    }
    s->next_bound = bound; /* keeps I1 */
    bound = s;
    s->is_bound = true;
    return 0;
}

/* The same interrupt with the same rights. */
static long on_unbind(struct sched *s, const struct request *r)
{
    (void)r;
    if (!s->is_bound ||
        l4_msgtag_label(l4_task_cap_equal(L4_BASE_TASK_CAP, kept(s),
                                          slot_cap(SLOT_RECEIVED))) <= 0)
        return -L4_ENOENT;
    sched_line_end(s);
    return 0;
}

l4_msgtag_t sched_line_request(struct sched *s, const struct request *r)
{
    l4_umword_t op = r->words ? r->mr[0] & 0xffff : 0;
    if (!r->words || (op != L4_ICU_OP_INFO && r->words < 2))
        return answer(-L4_EMSGTOOSHORT);
    if (op == L4_ICU_OP_INFO)
        return answer_words(0, 3, (l4_umword_t[]){0, 1, 0});
    if (op == L4_ICU_OP_MSI_INFO || op > L4_ICU_OP_SET_MODE)
        return answer(-L4_ENOSYS);
    if (r->mr[1])
        return answer(-L4_EINVAL);
    switch (op) {
    case L4_ICU_OP_BIND:
        return answer(on_bind(s, r));
    case L4_ICU_OP_UNBIND:
        return answer(r->items ? on_unbind(s, r) : -L4_EINVAL);
    case L4_ICU_OP_SET_MODE:
        return answer(r->words < 3                ? -L4_EMSGTOOSHORT
                      : r->mr[2] & L4_IRQ_F_LEVEL ? -L4_EINVAL
                                                  : 0);
    default: /* mask, unmask: nobody waits for an answer, or is told so */
        return answer(0);
    }
}

void sched_line_hit(void)
{
    l4_umword_t now = online_now(), changed = now ^ online;
    struct sched *next;
    online = now;
    for (struct sched *s = bound; s; s = next) {
        next = s->next_bound;
        if (is_dead(s))
            sched_line_end(s);
        else if (s->cpus & changed)
            l4_irq_trigger(kept(s));
    }
}
