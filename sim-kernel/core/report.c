/*
 * How the run ended: its result, the final picture in the trace, dead-lock
 * detection, and the list of who waits for whom.
 *
 * Called by the port when nothing can run again, and by the operations that
 * end the system.
 */
#include "report.h"
#include "icu.h"
#include "gate.h"
#include "ipc.h"
#include "irq.h"
#include "kassert.h"
#include "kmem.h"
#include "sched.h"
#include "semaphore.h"
#include "task.h"
#include "thread_group.h"
#include "trace.h"
#include "vlog.h"

static int report_the_result;
static unsigned report_the_faults;

void report_set_result(int result)
{
    report_the_result = result;
}

int report_result(void)
{
    return report_the_result;
}

void report_count_fault(void)
{
    report_the_faults++;
}

unsigned core_faults(void)
{
    return report_the_faults;
}

/* The next live thread after `l` (a node of object_all), NULL: none. */
static struct thread *report_thread(struct list **l)
{
    while (*l != &object_all) {
        struct object *o = container_of(*l, struct object, all);
        *l = (*l)->next;
        if (o->ops == &thread_ops)
            return thread_of(o);
    }
    return NULL;
}

/* Does t wait for somebody in particular, who will never come? */
static bool report_is_stuck(const struct thread *t)
{
    unsigned why = ipc_why(t);
    if (t->state != THREAD_BLOCKED || t->ipc.phase == PHASE_NONE)
        return false;
    if (t->ipc.kind != IPC_USER)
        return true;
    return why == VTR_WHY_SEND || why == VTR_WHY_REPLY ||
           (why == VTR_WHY_RECEIVE && t->ipc.partner);
}

bool core_is_deadlocked(void)
{
    struct list *l = object_all.next;
    struct thread *t;
    while ((t = report_thread(&l)))
        if (report_is_stuck(t))
            return true;
    return false;
}

static struct core_wait report_wait(const struct thread *t)
{
    const struct thread *p = t->ipc.phase != PHASE_NONE ? t->ipc.partner : NULL;
    return (struct core_wait){
        .thread = t->object.id,
        .task = t->task ? t->task->object.id : 0,
        .partner = p ? p->object.id : 0,
        .via = t->ipc.via && t->ipc.phase != PHASE_NONE ? t->ipc.via->id : 0,
        .thread_name = t->object.name,
        .task_name = t->task ? t->task->object.name : "",
        .partner_name = p ? p->object.name : "",
        .why = ipc_why(t),
        .since = t->ipc.since,
        .ip = port_frame_ip(&t->frame),
        .sp = port_frame_sp(&t->frame),
        .frame = &t->frame,
    };
}

void core_each_wait(void (*visit)(const struct core_wait *w, void *data),
                    void *data)
{
    struct list *l = object_all.next;
    struct thread *t;
    while ((t = report_thread(&l))) {
        if (t->state != THREAD_BLOCKED)
            continue;
        struct core_wait w = report_wait(t);
        visit(&w, data);
    }
}

/* --- the final picture -------------------------------------------------- */

static void report_trace_wait(const struct core_wait *w, void *data)
{
    (void)data;
    trace_event(VTR_WAIT, 0, w->thread, w->partner, w->why, w->since, w->ip,
                w->via);
}

static void report_trace_caps(const struct task *t)
{
    const struct cap_table *c = &t->caps;
    for (word_t i = 0; i < (word_t)c->dir_size * CAP_PAGE_SLOTS; i++) {
        struct cap_slot *s = cap_slot(c, i);
        if (!s) {
            i |= CAP_PAGE_SLOTS - 1;
            continue;
        }
        if (!s->object)
            continue;
        struct cap_slot *from = cap_parent(s);
        trace_event(VTR_SNAP_CAP, 0, t->object.id, i, s->object->id, s->rights,
                    from ? from->table->task_id : 0, from ? from->index : 0);
    }
}

static void report_trace_objects(void)
{
    for (struct list *l = object_all.next; l != &object_all; l = l->next) {
        struct object *o = container_of(l, struct object, all);
        const struct thread *t = o->ops == &thread_ops ? thread_of(o) : NULL;
        if (o->dying)
            continue;
        trace_event(VTR_SNAP_OBJECT, 0, o->id, o->ops->type,
                    t && t->task ? t->task->object.id : 0, t ? t->prio : 0, 0,
                    0);
        if (o->ops == &task_ops)
            report_trace_caps(task_of(o));
    }
}

void report_check_all(void)
{
    kmem_check();
    object_check_all();
    sched_check();
    icu_check();
    vlog_check();
    for (struct list *l = object_all.next; l != &object_all; l = l->next) {
        struct object *o = container_of(l, struct object, all);
        if (o->ops == &task_ops || o->ops == &dma_space_ops)
            task_check(task_of(o));
        if (o->ops == &thread_ops)
            thread_check(thread_of(o));
        if (o->ops == &semaphore_ops)
            semaphore_check(o);
        gate_check(o);
        irq_check(o);
        thread_group_check(o);
        quota_check(o->quota);
    }
}

static void report_finish(void)
{
    while (!object_reap(1u << 20))
        ;
    report_check_all();
    if (trace_is_on()) {
        report_trace_objects();
        core_each_wait(report_trace_wait, NULL);
    }
}

void report_end(unsigned reason, int result)
{
    sched_stop_others();
    report_finish();
    trace_event(VTR_END, 0, reason, result, 0, 0, 0, 0);
    trace_flush();
    port_shutdown(reason, result);
}

void core_end(unsigned reason)
{
    report_end(reason, report_the_result);
}

void core_trace_flush(void)
{
    trace_flush();
}

void core_trace_input(unsigned source, uint64_t value, uint64_t look)
{
    trace_event(VTR_INPUT, 0, source, value, look, 0, 0, 0);
}

void core_trace_words(const char *text)
{
    enum { PART = 32 };
    for (unsigned part = 0; *text; part++) {
        trace_text(VTR_RUN, part, 0, 1, text);
        for (unsigned i = 0; i < PART && *text; i++)
            text++;
    }
}

const struct port_space *core_task_space(uint32_t task)
{
    struct object *o = object_find(task);
    return o && o->ops == &task_ops ? &task_of(o)->mem.port : NULL;
}

unsigned ipc_why(const struct thread *t)
{
    if (t->state == THREAD_STOPPED || t->state == THREAD_DEAD)
        return VTR_WHY_STOPPED;
    if (t->ipc.phase == PHASE_NONE)
        return t->in_exception ? VTR_WHY_FAULT : VTR_WHY_NONE;
    if (t->ipc.kind != IPC_USER)
        return VTR_WHY_FAULT;
    if (t->ipc.phase == PHASE_SEND)
        return VTR_WHY_SEND;
    if (t->ipc.open)
        return VTR_WHY_OPEN_WAIT;
    if (t->ipc.call)
        return VTR_WHY_REPLY;
    return t->ipc.partner || t->ipc.via ? VTR_WHY_RECEIVE : VTR_WHY_SLEEP;
}
