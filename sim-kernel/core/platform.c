/*
 * Platform control (ABI.md section 1): protocol 0 on the ICU's capability.
 *
 *      SUSPEND extras             -L4_ENOSYS: no machine of ours sleeps
 *      SHUTDOWN 0 off, 1 reboot   ends the run; so does a reboot, since who
 *                                 started the machine can start it again
 *      CPU_ALLOW_SHUTDOWN id, on  accepted: an idle CPU sleeps anyway
 *      CPU_ENABLE, _DISABLE id    -L4_ENOSYS: CPUs are what they are at boot
 *
 * Each wants its number of words, else -L4_EINVAL; then a CPU there is, else
 * -L4_EINVAL. SET_TASK_ASID is for ARM without an MMU: -L4_ENOSYS.
 */
#include "platform.h"
#include "abi.h"
#include "ipc.h"
#include "report.h"
#include <l4/vitrine/trace_events.h>

enum platform_op {
    PFC_SUSPEND,
    PFC_SHUTDOWN,
    PFC_CPU_ALLOW_SHUTDOWN,
    PFC_CPU_ENABLE,
    PFC_CPU_DISABLE,
    PFC_OPS
};

static unsigned platform_cpus;

void platform_init(unsigned cpus)
{
    platform_cpus = cpus;
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
    if (op == PFC_SHUTDOWN)
        return platform_shutdown(inv->mr[1]);
    if (op >= PFC_CPU_ALLOW_SHUTDOWN && inv->mr[1] >= platform_cpus)
        return -L4_EINVAL;
    return op == PFC_CPU_ALLOW_SHUTDOWN ? 0 : -L4_ENOSYS;
}

void platform_invoke(struct thread *t, const struct invocation *inv)
{
    ipc_answer(t, platform_request(inv), 0, 0);
}
