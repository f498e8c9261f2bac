/*
 * Scheduling: POSIX priorities are L4 priorities, 1 (lowest) to 255.
 *
 * Every policy is fixed-priority round robin, because that is what the
 * kernel has. The scheduler capability decides how far a program may go.
 */
#include "calls.h"
#include "env.h"
#include "futex.h"

#include <l4/sys/scheduler.h>
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
    if (thread_self()->makes_stopped) { /* pthread_create()'s, of its thread */
        t->priority = t->told = param->sched_priority;
        return 0;
    }
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

/* The CPUs that are there, a bit each: the first 64. */
static l4_umword_t online(void)
{
    l4_sched_cpu_set_t cpus = l4_sched_cpu_set(0, 0, 0);

    if (l4_error(l4_scheduler_info(env_scheduler(), 0, &cpus)) < 0)
        return 1;
    return cpus.map;
}

/* thread, size of the set in bytes, set */
long call_sched_setaffinity(const long *a)
{
    struct thread *t = named(a[0]);

    if (!t)
        return -ESRCH;
    if ((unsigned long)a[1] < sizeof t->cpus)
        return -EINVAL;
    l4_umword_t cpus = *(const l4_umword_t *)a[2] & online();
    return cpus ? futex_set_cpus(t, cpus) : -EINVAL;
}

/* thread, size, set: how many bytes are set */
long call_sched_getaffinity(const long *a)
{
    struct thread *t = named(a[0]);

    if (!t)
        return -ESRCH;
    if ((unsigned long)a[1] < sizeof t->cpus)
        return -EINVAL;
    *(l4_umword_t *)a[2] = online() & (t->cpus ? t->cpus : ~0ul);
    return sizeof t->cpus;
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
