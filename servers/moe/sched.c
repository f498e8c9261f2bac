/*
 * Scheduler proxies: the scheduler protocol, passed on to the kernel's with
 * what its owner may not choose taken out.
 *
 *      asked                     proxy (limit 20, offset 10, CPUs 1 and 2)
 *      priority  5          ->   15
 *      priority 15          ->   20
 *      CPUs 2 and 3         ->   2
 *      CPUs 0 and 3         ->   1: none of those, the first of its own
 *      which are online?         of 1 and 2
 *
 * So a program can be given a part of the machine, and share it out among its
 * threads as if it were all of it. A set of CPUs goes on in its plain form
 * (granularity 1, from CPU 0 on); there are at most 64. CPUs that come and go:
 * sched_line.c.
 */
#include "sched.h"
#include "record.h"
#include "sched_line.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>

enum { CPUS = 64, PARAM_WORDS = 5 };

/* --- sets of CPUs ------------------------------------------------------ */

/* {granularity << 24 | offset, map} as a map from CPU 0 on. */
static l4_umword_t cpus_of(l4_umword_t gran_offset, l4_umword_t map)
{
    unsigned gran = gran_offset >> L4_SCHED_CPU_GRANULARITY_SHIFT & 63;
    l4_umword_t offset = gran_offset & L4_SCHED_CPU_OFFSET_MASK, cpus = 0;
    for (l4_umword_t cpu = offset; cpu < CPUS; cpu++) {
        l4_umword_t bit = (cpu - offset) >> gran;
        if (bit < CPUS && (map >> bit & 1))
            cpus |= 1ul << cpu;
    }
    return cpus;
}

/* What is left of a set that was asked for: at least one CPU. */
static l4_umword_t allowed(const struct sched *s, const struct request *r)
{
    l4_umword_t cpus = cpus_of(r->mr[1], r->mr[2]) & s->cpus;
    return cpus ? cpus : s->cpus & -s->cpus;
}

/* --- operations ---------------------------------------------------------- */

static l4_msgtag_t on_info(const struct sched *s, const struct request *r)
{
    l4_umword_t max = 0, classes = 0;
    l4_umword_t offset = r->words > 1 ? r->mr[1] & L4_SCHED_CPU_OFFSET_MASK : 0;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(offset, 0, 0);
    long error = l4_error(l4_scheduler_info_with_classes(L4_BASE_SCHEDULER_CAP,
                                                         &max, &set, &classes));
    if (error < 0)
        return answer(error);
    l4_umword_t own = offset < CPUS ? s->cpus >> offset : 0;
    return answer_words(0, 3, (l4_umword_t[]){set.map & own, max, classes});
}

static l4_umword_t priority(const struct sched *s, l4_umword_t asked)
{
    return asked < s->limit - s->offset ? asked + s->offset : s->limit;
}

static l4_msgtag_t on_run_thread(const struct sched *s, const struct request *r)
{
    if (r->words < PARAM_WORDS)
        return answer(-L4_EINVAL);
    l4_umword_t asked = r->mr[3];
    if (asked < L4_SCHED_MIN_PRIO || asked > L4_SCHED_MAX_PRIO)
        return answer((long)asked < 0 ? -L4_ERANGE : -L4_EINVAL);
    l4_task_release_cap(L4_BASE_TASK_CAP, slot_cap(SLOT_CREATED));
    long error = request_keep_cap(r, SLOT_CREATED);
    if (error < 0)
        return answer(error);
    l4_sched_param_t p = l4_sched_param((unsigned)priority(s, asked), r->mr[4]);
    p.affinity = l4_sched_cpu_set(0, 0, allowed(s, r));
    return answer(l4_error(l4_scheduler_run_thread(
        L4_BASE_SCHEDULER_CAP, slot_cap(SLOT_CREATED), &p)));
}

static l4_msgtag_t on_idle_time(const struct sched *s, const struct request *r)
{
    l4_kernel_clock_t us = 0;
    if (r->words < 3)
        return answer(-L4_EINVAL);
    l4_sched_cpu_set_t set =
        l4_sched_cpu_set(0, 0, cpus_of(r->mr[1], r->mr[2]) & s->cpus);
    long error =
        l4_error(l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &set, &us));
    return error < 0 ? answer(error) : answer_words(0, 1, (l4_umword_t[]){us});
}

static l4_msgtag_t sched_request(struct object *o, const struct request *r)
{
    const struct sched *s = (const struct sched *)o;
    switch (r->mr[0] & 0xffff) {
    case L4_SCHEDULER_INFO_OP:
        return on_info(s, r);
    case L4_SCHEDULER_RUN_THREAD_OP:
        return on_run_thread(s, r);
    case L4_SCHEDULER_IDLE_TIME_OP:
        return on_idle_time(s, r);
    default:
        return answer(-L4_ENOSYS);
    }
}

/* --- life ---------------------------------------------------------------- */

static void sched_destroy(struct object *o)
{
    sched_line_end((struct sched *)o);
    record_free(o->owner, o, sizeof(struct sched));
}

long sched_create(struct allocator *owner, l4_umword_t limit,
                  l4_umword_t offset, l4_umword_t cpus,
                  struct sched **ret_sched)
{
    if (limit < L4_SCHED_MIN_PRIO || limit > L4_SCHED_MAX_PRIO ||
        offset >= limit || !cpus)
        return -L4_EINVAL;
    struct sched *s = record_alloc(owner, sizeof *s);
    if (!s)
        return -L4_ENOMEM;
    s->object.ops = &sched_ops;
    s->limit = limit;
    s->offset = offset;
    s->cpus = cpus;
    long error = object_add(&s->object, owner);
    if (error)
        record_free(owner, s, sizeof *s);
    else
        *ret_sched = s;
    return error;
}

const struct object_ops sched_ops = {
    .name = "scheduler",
    .protocol = L4_PROTO_SCHEDULER,
    .request = sched_request,
    .destroy = sched_destroy,
};
