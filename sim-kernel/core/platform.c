/*
 * Platform control (ABI.md section 1): protocol 0 on the ICU's capability.
 *
 *      SUSPEND extras             nobody runs until a wake-up interrupt
 *      SHUTDOWN 0 off, 1 reboot   ends the run; so does a reboot, since who
 *                                 started the machine can start it again
 *      CPU_ALLOW_SHUTDOWN id, on  accepted: an idle CPU sleeps anyway
 *      CPU_ENABLE, _DISABLE id    the CPU runs its threads, or nobody; the
 *                                 scheduler's line is hit; not the boot CPU
 *
 * Each wants its number of words, else -L4_EINVAL; then a CPU there is, else
 * -L4_EINVAL. A wake-up interrupt is one of a line that was marked as such
 * (L4_IRQ_F_SET_WAKEUP), or of any if none is, or input of the console.
 *
 * Simplified: a CPU that is off, or asleep, idles; its clock goes on.
 * SET_TASK_ASID is for ARM without an MMU: -L4_ENOSYS.
 */
#include "platform.h"
#include "abi.h"
#include "ipc.h"
#include "report.h"
#include "sched.h"
#include "scheduler.h"
#include <l4/vitrine/trace_events.h>

enum platform_op {
    PFC_SUSPEND,
    PFC_SHUTDOWN,
    PFC_CPU_ALLOW_SHUTDOWN,
    PFC_CPU_ENABLE,
    PFC_CPU_DISABLE,
    PFC_OPS
};

enum { BOOT_CPU = 0 };

static void platform_sleep(bool asleep)
{
    if (!(sched_cpus[BOOT_CPU].rests & REST_ASLEEP) == !asleep)
        return;
    for (unsigned i = 0; i < sched_cpu_count; i++)
        sched_set_rest(i, REST_ASLEEP, asleep);
}

void platform_wake(void)
{
    platform_sleep(false);
}

static long platform_switch_cpu(word_t cpu, bool on)
{
    if (cpu == BOOT_CPU && !on)
        return -L4_EBUSY;
    if (!(sched_online() >> cpu & 1) == !on)
        return 0;
    sched_set_rest((unsigned)cpu, REST_OFF, !on);
    scheduler_cpu_changed();
    return 0;
}

static long platform_shutdown(word_t reboot)
{
    if (reboot > 1)
        return -L4_EINVAL;
    report_end(VTR_END_RESULT, report_result());
}

static long platform_request(const struct invocation *inv)
{
    static const uint8_t words[PFC_OPS] = {
        [PFC_SUSPEND] = 2,
        [PFC_SHUTDOWN] = 2,
        [PFC_CPU_ALLOW_SHUTDOWN] = 3,
        [PFC_CPU_ENABLE] = 2,
        [PFC_CPU_DISABLE] = 2,
    };
    int op = invoke_check(inv, 0, 0);
    if (op < 0)
        return op;
    if (op >= PFC_OPS)
        return -L4_ENOSYS;
    if (inv_words(inv) != words[op])
        return -L4_EINVAL;
    word_t arg = inv->mr[1];
    if (op >= PFC_CPU_ALLOW_SHUTDOWN && arg >= sched_cpu_count)
        return -L4_EINVAL;
    switch (op) {
    case PFC_SUSPEND:
        platform_sleep(true);
        return 0;
    case PFC_SHUTDOWN:
        return platform_shutdown(arg);
    case PFC_CPU_ENABLE:
    case PFC_CPU_DISABLE:
        return platform_switch_cpu(arg, op == PFC_CPU_ENABLE);
    default: /* CPU_ALLOW_SHUTDOWN */
        return 0;
    }
}

void platform_invoke(struct thread *t, const struct invocation *inv)
{
    ipc_answer(t, platform_request(inv), 0, 0);
}
