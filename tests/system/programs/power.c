/*
 * Sleep and end of the machine, by the power gate of io, and programs that hold
 * it up.
 *
 *      rom/sys-power holder HOW     capability: vbus
 *              keeps    never lets go
 *              dies     ends when it is asked
 *              releases lets go WORK_MS after it is asked
 *      rom/sys-power locks          capability: vbus; what can be asked for
 *      rom/sys-power suspend|shutdown|busy     capability: platform_ctl
 *
 * It speaks L4Re's functions with the bus's gate only. Askers wait SETTLE_MS,
 * till the holders hold.
 */
#include <l4/re/c/event.h>
#include <l4/re/c/inhibitor.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/event_enums.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/platform_control.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <string.h>

enum { WORK_MS = 300, SETTLE_MS = 200 };

static l4_cap_idx_t bus, irq;
static l4re_event_buffer_consumer_t events;

/* --- who holds it up ----------------------------------------------------- */

static int listen(void)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    irq = l4re_util_cap_alloc();
    return l4_error(l4_factory_create_irq(l4re_env()->factory, irq)) < 0 ||
           l4_error(l4_rcv_ep_bind_thread(irq, l4re_env()->main_thread, 0)) <
               0 ||
           l4re_event_get_buffer(bus, ds) < 0 ||
           l4re_event_buffer_attach(&events, ds, l4re_env()->rm) < 0 ||
           l4_error(l4_icu_bind(bus, 0, irq)) < 0;
}

/* The next power event's code. */
static unsigned asked(void)
{
    l4re_event_t *e;
    while (!(e = l4re_event_buffer_next(&events)))
        l4_irq_receive(irq, L4_IPC_NEVER);
    unsigned code = e->code;
    printf("asked: type %#x, lock %u, value %d\n", e->type, code, e->value);
    l4re_event_free(e);
    return code;
}

static int hold(const char *how)
{
    if (l4re_inhibitor_acquire(bus, L4RE_INHIBITOR_SHUTDOWN, how) ||
        l4re_inhibitor_acquire(bus, L4RE_INHIBITOR_SUSPEND, how) || listen()) {
        printf("cannot hold\n");
        return 1;
    }
    printf("holds\n");
    for (;;) {
        unsigned lock = asked();
        if (!strcmp(how, "dies"))
            return 0;
        if (strcmp(how, "releases") || lock == L4RE_INHIBITOR_WAKEUP)
            continue;
        l4_ipc_sleep_ms(WORK_MS);
        printf("too late: %ld\n", l4re_inhibitor_acquire(bus, lock, "again"));
        printf("released: %ld\n", l4re_inhibitor_release(bus, lock));
    }
}

/* --- what can be asked for ------------------------------------------------ */

static int locks(void)
{
    char name[L4RE_INHIBITOR_NAME_MAX], small[4];
    l4_mword_t id = -1;
    printf("before: %ld\n", l4re_inhibitor_release(bus, 0));
    while ((id = l4re_inhibitor_next_lock_info(bus, name, sizeof name, id)) >=
           0)
        printf("lock %ld: %s\n", id, name);
    printf("end: %ld\n", id);
    printf("a small buffer: %ld, %s\n",
           l4re_inhibitor_next_lock_info(bus, small, sizeof small, 0), small);
    printf("no such lock: %ld, %ld, %ld\n", l4re_inhibitor_acquire(bus, 3, "x"),
           l4re_inhibitor_release(bus, 3),
           l4re_inhibitor_next_lock_info(bus, name, sizeof name, -2));
    printf("a long reason: %ld, none: %ld\n",
           l4re_inhibitor_acquire(bus, 0,
                                  "so many words that nobody ever has read "
                                  "them all, from the first to the last"),
           l4re_inhibitor_acquire(bus, 0, NULL));
    printf("released: %ld, twice: %ld\n", l4re_inhibitor_release(bus, 0),
           l4re_inhibitor_release(bus, 0));
    return 0;
}

/* --- who asks ------------------------------------------------------------ */

static int busy(l4_cap_idx_t gate)
{
    l4_ipc_sleep_ms(SETTLE_MS + WORK_MS / 2);
    printf("at the same time: %ld, %ld\n",
           l4_error(l4_platform_ctl_system_shutdown(gate, 0)),
           l4_error(l4_platform_ctl_system_suspend(gate, 0)));
    printf("CPUs: %ld, %ld, %ld\n",
           l4_error(l4_platform_ctl_cpu_allow_shutdown(gate, 0, 1)),
           l4_error(l4_platform_ctl_cpu_enable(gate, 0)),
           l4_error(l4_platform_ctl_cpu_disable(gate, 99)));
    printf("no such: %ld, %ld\n",
           l4_error(l4_platform_ctl_system_shutdown(gate, 2)),
           l4_error(l4_platform_ctl_set_task_asid(gate, L4_BASE_TASK_CAP, 1)));
    return 0;
}

static int ask(l4_cap_idx_t gate, const char *what)
{
    l4_ipc_sleep_ms(SETTLE_MS);
    l4_kernel_clock_t before = l4_kip_clock(l4re_kip());
    printf("wants %s\n", what);
    long result = strcmp(what, "suspend")
                      ? l4_error(l4_platform_ctl_system_shutdown(gate, 0))
                      : l4_error(l4_platform_ctl_system_suspend(gate, 0));
    printf("%s: %ld, after %u00 ms\n", what, result,
           (unsigned)((l4_kip_clock(l4re_kip()) - before) / 100000));
    return result < 0;
}

int main(int argc, char **argv)
{
    l4_cap_idx_t gate = l4re_env_get_cap("platform_ctl");
    const char *what = argc > 1 ? argv[1] : "";
    bus = l4re_env_get_cap("vbus");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(what, "holder") && argc > 2)
        return hold(argv[2]);
    if (!strcmp(what, "locks"))
        return locks();
    return strcmp(what, "busy") ? ask(gate, what) : busy(gate);
}
