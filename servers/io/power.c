/*
 * The power gate (see power.h).
 *
 * Who asked is answered when it is done: after a suspend when the machine is
 * awake again, after a shutdown if there was none. The last step is a timer's,
 * so that who let go last has his answer before.
 */
#include "power.h"
#include "io.h"
#include <l4/re/env.h>
#include <l4/sys/platform_control.h>
#include <stdio.h>

static struct {
    struct l4re_session gate;
    bool is_under_way; /* I1 */
    unsigned lock;     /* which one holds it up */
    l4_umword_t argument;
    struct l4re_caller caller;
    struct l4re_timer timer;
    unsigned long patience; /* ms */
} power = {.patience = PATIENCE_MS};

static const char *name(void)
{
    return power.lock == L4RE_INHIBITOR_SHUTDOWN ? "shutdown" : "suspend";
}

static bool holds(const struct bus *b)
{
    return b->is_open && b->holder.holds[power.lock];
}

static bool is_held(void)
{
    for (unsigned i = 0; i < io.buses; i++)
        if (holds(&io.bus[i]))
            return true;
    return false;
}

static void tell_holders(const char *what)
{
    for (unsigned i = 0; i < io.buses; i++)
        if (holds(&io.bus[i]))
            printf("%s: %s %s (%s)\n", name(), what, io.bus[i].name,
                   io.bus[i].holder.reason[power.lock]);
}

/* The kernel does it; returns what it says, after a suspend when awake. */
static long power_go(void)
{
    l4_cap_idx_t kernel = l4re_env_get_cap("icu");
    fflush(stdout);
    if (power.lock == L4RE_INHIBITOR_SHUTDOWN)
        return l4_error(
            l4_platform_ctl_system_shutdown(kernel, power.argument));
    long result =
        l4_error(l4_platform_ctl_system_suspend(kernel, power.argument));
    for (unsigned i = 0; i < io.buses && result >= 0; i++)
        if (io.bus[i].is_open)
            holder_ask(&io.bus[i].holder, L4RE_INHIBITOR_WAKEUP);
    return result;
}

static void on_due(struct l4re_server *server, struct l4re_timer *timer)
{
    (void)timer;
    tell_holders("no longer waits for");
    long result = power_go();
    struct l4re_msg answer = l4re_msg_start_answer();
    power.is_under_way = false;
    l4re_server_answer(server, power.caller, result, &answer);
}

bool power_is_under_way(unsigned lock)
{
    return power.is_under_way && power.lock == lock;
}

void power_look(void)
{
    if (power.is_under_way && !is_held())
        l4re_timer_set(&io.server, &power.timer, l4_kip_clock(l4re_kip()),
                       on_due);
}

void power_patience(unsigned long ms)
{
    power.patience = ms;
}

/* --- requests ------------------------------------------------------------ */

/* Keeps I1. */
static long begin(struct l4re_session *session, unsigned lock, l4_umword_t arg)
{
    if (power.is_under_way)
        return -L4_EBUSY;
    power.lock = lock;
    power.argument = arg;
    if (!is_held())
        return power_go();
    long error = l4re_session_later(session, &power.caller);
    if (error)
        return error;
    power.is_under_way = true;
    tell_holders("waits for");
    for (unsigned i = 0; i < io.buses; i++)
        if (holds(&io.bus[i]))
            holder_ask(&io.bus[i].holder, lock);
    l4re_timer_set(&io.server, &power.timer,
                   l4_kip_clock(l4re_kip()) + power.patience * 1000, on_due);
    return L4RE_LATER;
}

static long on_request(struct l4re_session *session, const void *methods,
                       struct l4re_request *r, struct l4re_msg *answer)
{
    static const unsigned char words[] = {
        [L4_PLATFORM_CTL_SYS_SUSPEND_OP] = 2,
        [L4_PLATFORM_CTL_SYS_SHUTDOWN_OP] = 2,
        [L4_PLATFORM_CTL_CPU_ALLOW_SHUTDOWN_OP] = 3,
        [L4_PLATFORM_CTL_CPU_ENABLE_OP] = 2,
        [L4_PLATFORM_CTL_CPU_DISABLE_OP] = 2,
    };
    l4_cap_idx_t kernel = l4re_env_get_cap("icu");
    l4_umword_t op = l4re_msg_in_word(&r->in);
    l4_umword_t arg = r->in.words > 1 ? r->mr[1] : 0;
    (void)methods;
    (void)answer;
    if (r->in.error)
        return r->in.error;
    if (op >= sizeof words)
        return -L4_ENOSYS;
    if (r->in.words != words[op])
        return -L4_EINVAL;
    switch (op) {
    case L4_PLATFORM_CTL_SYS_SUSPEND_OP:
        return begin(session, L4RE_INHIBITOR_SUSPEND, arg);
    case L4_PLATFORM_CTL_SYS_SHUTDOWN_OP:
        return arg > 1 ? -L4_EINVAL
                       : begin(session, L4RE_INHIBITOR_SHUTDOWN, arg);
    case L4_PLATFORM_CTL_CPU_ALLOW_SHUTDOWN_OP:
        return l4_error(
            l4_platform_ctl_cpu_allow_shutdown(kernel, arg, r->mr[2]));
    case L4_PLATFORM_CTL_CPU_ENABLE_OP:
        return l4_error(l4_platform_ctl_cpu_enable(kernel, arg));
    default:
        return l4_error(l4_platform_ctl_cpu_disable(kernel, arg));
    }
}

long power_start(void)
{
    static const struct l4re_interface interface = {.name = "platform_control",
                                                    .protocol =
                                                        L4_PROTO_PLATFORM_CTL,
                                                    .answers_later = true,
                                                    .dispatch = on_request};
    static const struct l4re_service service = {.interface = &interface};
    l4_cap_idx_t gate = l4re_env_get_cap("platform_ctl");
    if (l4_is_invalid_cap(gate))
        return 0;
    return l4re_server_publish(&io.server, &power.gate, &service, gate);
}
