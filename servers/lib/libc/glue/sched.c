/*
 * Scheduling: POSIX priorities are L4 priorities, 1 (lowest) to 255.
 *
 * Every policy is fixed-priority round robin, because that is what the
 * kernel has. The scheduler capability decides how far a program may go.
 */
#include "calls.h"
#include "futex.h"

#include <l4/sys/thread.h>
#include <sched.h>

long call_sched_yield(const long *a)
{
    (void)a;
    l4_thread_yield();
    return 0;
}

static struct thread *named(long id)
{
    return id ? thread_by_id(id) : thread_self();
}

static long set_priority(long id, const struct sched_param *param)
{
    struct thread *t = named(id);

    if (!t)
        return -ESRCH;
    if (param->sched_priority < 1 || param->sched_priority > 255)
        return -EINVAL;
    return futex_set_priority(t, param->sched_priority);
}

/* thread, policy, parameters */
long call_sched_setscheduler(const long *a)
{
    return set_priority(a[0], (const struct sched_param *)a[2]);
}

long call_sched_setparam(const long *a)
{
    return set_priority(a[0], (const struct sched_param *)a[1]);
}

long call_sched_getscheduler(const long *a)
{
    return named(a[0]) ? SCHED_RR : -ESRCH;
}

long call_sched_getparam(const long *a)
{
    struct thread *t = named(a[0]);

    if (!t)
        return -ESRCH;
    *(struct sched_param *)a[1] =
        (struct sched_param){.sched_priority = t->priority};
    return 0;
}

long call_sched_priority_max(const long *a)
{
    (void)a;
    return 255;
}

long call_sched_priority_min(const long *a)
{
    (void)a;
    return 1;
}
