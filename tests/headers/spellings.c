/*
 * Programs of several years: each function below uses the interface as one
 * generation of L4Re programs did (ABI.md section 4, "API drift").
 *
 * Compiled by check_alone.sh; there is nothing to run.
 */
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/elf_aux.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/kdebug.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/util/util.h>

L4RE_ELF_AUX_ELEM_T(l4re_elf_aux_mword_t, stack_size, L4RE_ELF_AUX_T_STACK_SIZE,
                    0x100000);

/* Linkage macros before and after 2024-09. */
EXTERN_C_BEGIN
void start_task_2023(void);
void start_task_2025(void);
EXTERN_C_END
L4_BEGIN_DECLS
long share_memory(void);
void start_up(void);
L4_END_DECLS

/* Flexpages by value (before 2024-07), debugger without prefix. */
void start_task_2023(void)
{
    l4re_env_t *env = l4re_env();
    l4_cap_idx_t task = l4re_util_cap_alloc();
    l4_fpage_t const utcbs = l4_fpage(0xb3000000, 12, 0);
    if (l4_error(l4_factory_create_task(env->factory, task, utcbs)))
        enter_kdebug("no task");
    if (l4_error(l4_task_add_ku_mem(task, l4_fpage(0xb3001000, 12, 0))))
        outstring("no ku_mem\n");
}

/* Flexpages by pointer, debugger with prefix. */
void start_task_2025(void)
{
    l4_cap_idx_t task = l4re_util_cap_alloc();
    l4_fpage_t utcbs = l4_fpage(0xb3000000, 12, 0);
    l4_sched_param_t sp = l4_sched_param(20, 0);
    sp.affinity = l4_sched_cpu_set(0, 0, 1);
    if (l4_error(l4_factory_create_task(l4re_env()->factory, task, &utcbs)))
        l4_kd_enter("no task");
    if (l4_error_u(l4_task_add_ku_mem_u(task, &utcbs, l4_utcb()), l4_utcb()))
        l4_kd_outstring("no ku_mem\n");
    l4_scheduler_run_thread(l4re_env()->scheduler, task, &sp);
}

/* Results as numbers of several types. */
long share_memory(void)
{
    void *at = 0;
    l4re_ds_t ds = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(ds))
        return -L4_ENOMEM;
    int err = l4re_ma_alloc(L4_PAGESIZE, ds, 0);
    if (err)
        return err;
    l4_ret_t r =
        l4re_rm_attach(&at, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                       ds, 0, L4_PAGESHIFT);
    return r ? r
             : l4re_rm_attach(&at, L4_PAGESIZE, L4RE_RM_SEARCH_ADDR, ds, 0,
                              L4_PAGESHIFT);
}

L4_DECLARE_CONSTRUCTOR(start_up, 200)
void start_up(void)
{
    l4_sleep(1);
}
