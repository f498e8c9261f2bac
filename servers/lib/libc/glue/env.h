/*
 * The capabilities the C library works with: from the environment, or, in a
 * root task that has none (yet), the fixed ones of its start.
 */
#ifndef GLUE_ENV_H
#define GLUE_ENV_H

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/consts.h>
#include <l4/sys/factory.h>

static inline l4_cap_idx_t env_log(void)
{
    l4re_env_t *env = l4re_env();
    return env ? env->log : L4_BASE_LOG_CAP;
}

static inline l4_cap_idx_t env_factory(void)
{
    l4re_env_t *env = l4re_env();
    return env ? env->factory : L4_BASE_FACTORY_CAP;
}

static inline l4_cap_idx_t env_scheduler(void)
{
    l4re_env_t *env = l4re_env();
    return env ? env->scheduler : L4_BASE_SCHEDULER_CAP;
}

static inline l4_cap_idx_t env_main_thread(void)
{
    l4re_env_t *env = l4re_env();
    return env ? env->main_thread : L4_BASE_THREAD_CAP;
}

static inline l4_cap_idx_t env_pager(void)
{
    l4re_env_t *env = l4re_env();
    return env ? env->rm : L4_BASE_PAGER_CAP;
}

static inline l4_cap_idx_t env_parent(void)
{
    l4re_env_t *env = l4re_env();
    return env ? env->parent : L4_INVALID_CAP;
}

/* A new interrupt object; L4_INVALID_CAP: there is no slot or no memory. */
static inline l4_cap_idx_t env_new_irq(void)
{
    l4_cap_idx_t irq = l4re_util_cap_alloc();

    if (l4_is_invalid_cap(irq))
        return irq;
    if (l4_error(l4_factory_create_irq(env_factory(), irq)) < 0) {
        l4re_util_cap_free(irq);
        return L4_INVALID_CAP;
    }
    return irq;
}

#endif
