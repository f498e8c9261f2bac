/*
 * A thread in one call: made, bound, and set going.
 */
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/util/thread.h>

/* What a new thread is given before it runs. */
static long set_up(l4_cap_idx_t id, l4_utcb_t *utcb, l4_cap_idx_t pager,
                   l4_cap_idx_t task)
{
    l4_thread_control_start();
    l4_thread_control_pager(pager);
    l4_thread_control_exc_handler(pager);
    l4_thread_control_bind(utcb, task);
    return l4_error(l4_thread_control_commit(id));
}

long l4util_create_thread(l4_cap_idx_t id, l4_utcb_t *thread_utcb,
                          l4_cap_idx_t factory, l4_umword_t pc, l4_umword_t sp,
                          l4_cap_idx_t pager, l4_cap_idx_t task,
                          l4_cap_idx_t scheduler, l4_sched_param_t scp)
{
    long error = l4_error(l4_factory_create_thread(factory, id));

    if (error < 0)
        return error;
    error = set_up(id, thread_utcb, pager, task);
    if (error >= 0)
        error = l4_error(l4_thread_ex_regs(id, pc, sp, 0));
    if (error >= 0)
        error = l4_error(l4_scheduler_run_thread(scheduler, id, &scp));
    if (error < 0)
        l4_task_delete_obj(L4_BASE_TASK_CAP, id);
    return error < 0 ? error : 0;
}
