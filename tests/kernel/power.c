/*
 * CPUs switched off and on, the interrupt that tells of it, and suspend.
 *
 * With one CPU only the answers can be seen (services.c); a suspend ends by
 * the simulator's UART, which sends a byte in 87 us: real ones are done at
 * once, before anybody sleeps.
 */
#include "harness.h"
#include <l4/sigma0/sigma0.h>
#include <l4/sys/platform_control.h>
#include <l4/vitrine/bootinfo.h>
#include <l4/vitrine/mmio.h>

enum { PFC_LABEL = 0x30 };

static volatile l4_umword_t counter;

static l4_umword_t online(void)
{
    l4_umword_t max;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &set)), 0);
    return set.map;
}

static int many(void)
{
    return online() != 1;
}

static long enable(unsigned cpu)
{
    return result(l4_platform_ctl_cpu_enable(L4_BASE_ICU_CAP, cpu));
}

static long disable(unsigned cpu)
{
    return result(l4_platform_ctl_cpu_disable(L4_BASE_ICU_CAP, cpu));
}

static void a_while(void)
{
    l4_ipc_sleep_us(200);
}

static int counts(void)
{
    a_while(); /* what was on its way has come */
    l4_umword_t before = counter;
    a_while();
    return counter != before;
}

static void count(void *arg)
{
    (void)arg;
    for (;;)
        counter++;
}

static long send_to(const struct worker *w, l4_umword_t cpus)
{
    l4_sched_param_t p = l4_sched_param(MAIN_PRIO - 1, 0);
    p.affinity = l4_sched_cpu_set(0, 0, cpus);
    return result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, w->cap, &p));
}

static void start_on(struct worker *w, l4_umword_t cpus, void (*fn)(void *))
{
    worker_make(w);
    CHECK_EQ(send_to(w, cpus), 0);
    worker_run(w, fn, 0, MAIN_PRIO - 1);
}

/* --- CPUs ------------------------------------------------------------------
 */

static void one_that_is_off_runs_nobody(void)
{
    struct worker w;
    if (!many())
        return;
    l4_umword_t all = online();
    start_on(&w, 2, count);
    CHECK(counts());
    PROVE("platform_ctl_cpu_disable", "success", disable(1), 0);
    CHECK_EQ(online(), all & ~2ul);
    CHECK(!counts());
    CHECK_EQ(disable(1), 0); /* as it is */
    PROVE("platform_ctl_cpu_enable", "success", enable(1), 0);
    CHECK_EQ(online(), all);
    CHECK(counts());
    CHECK_EQ(enable(1), 0);
    worker_delete(&w);
}

static void a_thread_of_it_can_be_moved(void)
{
    struct worker w;
    if (!many())
        return;
    start_on(&w, 2, count);
    CHECK_EQ(disable(1), 0);
    CHECK(!counts());
    CHECK_EQ(send_to(&w, 3), 0); /* 0 is the one that is on */
    CHECK(counts());
    CHECK_EQ(send_to(&w, 2), 0); /* there is no other: it waits */
    CHECK(!counts());
    CHECK_EQ(enable(1), 0);
    CHECK(counts());
    worker_delete(&w);
}

static void idle_time_is_of_those_that_are_on(void)
{
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 2);
    l4_kernel_clock_t us;
    if (!many())
        return;
    CHECK_EQ(disable(1), 0);
    CHECK_EQ(result(l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &set, &us)),
             -L4_EINVAL);
    CHECK_EQ(enable(1), 0);
    CHECK_EQ(result(l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &set, &us)),
             0);
}

static int came(l4_cap_idx_t irq)
{
    l4_msgtag_t tag = l4_irq_receive(irq, L4_IPC_RECV_TIMEOUT_0);
    return ipc_code(tag) == 0;
}

static void an_interrupt_tells(void)
{
    l4_cap_idx_t irq = cap_new();
    if (!many())
        return;
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, PFC_LABEL)), 0);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_SCHEDULER_CAP, 0, irq)), 0);
    l4_irq_unmask(irq);
    CHECK(!came(irq));
    CHECK_EQ(disable(1), 0);
    CHECK(came(irq));
    CHECK_EQ(disable(1), 0); /* nothing changes */
    CHECK(!came(irq));
    CHECK_EQ(enable(1), 0);
    CHECK(came(irq));
    CHECK_EQ(enable(1), 0);
    CHECK(!came(irq));
    cap_delete(irq);
}

static void answer_once(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(77, 0, 0, 0), &label,
                          L4_IPC_SEND_TIMEOUT_0);
}

static void messages_wait_for_it(void)
{
    struct worker w;
    l4_utcb_t *u = l4_utcb();
    if (!many())
        return;
    start_on(&w, 2, answer_once);
    a_while(); /* it waits */
    CHECK_EQ(disable(1), 0);
    l4_msgtag_t tag =
        l4_ipc_send(w.cap, u, l4_msgtag(1, 0, 0, 0), L4_IPC_SEND_TIMEOUT_0);
    CHECK_EQ(ipc_code(tag), 0); /* taken, not read */
    tag = l4_ipc_call(w.cap, u, l4_msgtag(1, 0, 0, 0),
                      l4_ipc_timeout(100, 1, 100, 1));
    CHECK_EQ(ipc_code(tag), L4_IPC_SETIMEOUT);
    CHECK_EQ(enable(1), 0);
    worker_delete(&w);
}

static void switch_own_off(void *arg)
{
    (void)arg;
    disable(1);
    count(0);
}

static void it_may_switch_itself_off(void)
{
    struct worker w;
    if (!many())
        return;
    counter = 0;
    start_on(&w, 2, switch_own_off);
    a_while();
    CHECK_EQ(online() & 2, 0);
    CHECK_EQ(counter, 0);
    CHECK_EQ(enable(1), 0);
    CHECK(counts());
    worker_delete(&w);
}

static void a_thread_on_it_can_be_deleted(void)
{
    struct worker w;
    if (!many())
        return;
    start_on(&w, 2, count);
    CHECK_EQ(disable(1), 0);
    worker_delete(&w);
    CHECK_EQ(enable(1), 0);
    CHECK(!counts());
}

/* --- suspend -----------------------------------------------------------------
 */

#ifdef VITRINE_SIM
enum { UART_THR = 0, UART_IER = 1, UART_IIR = 2, IER_TX = 2, BYTE_US = 86 };

static void count_and_sleep(void *arg)
{
    (void)arg;
    for (;;) {
        counter++;
        l4_ipc_sleep_us(5);
    }
}

/* No line wakes the machine more than others. */
static void forget_wakers(void)
{
    l4_icu_info_t info = {0};
    CHECK_EQ(result(l4_icu_info(L4_BASE_ICU_CAP, &info)), 0);
    for (unsigned i = 0; i < info.nr_irqs + info.nr_msis; i++) {
        unsigned line = i < info.nr_irqs
                            ? i
                            : (i - info.nr_irqs) | (unsigned)L4_ICU_FLAG_MSI;
        CHECK_EQ(result(l4_icu_set_mode(L4_BASE_ICU_CAP, line,
                                        L4_IRQ_F_CLEAR_WAKEUP)),
                 0);
    }
}

/* How often the others ran while the machine slept until the UART has sent
 * two bytes; in *ret_us how long that was. */
static l4_umword_t suspend(unsigned mode, l4_cpu_time_t *ret_us)
{
    const struct l4_vitrine_bootinfo *info =
        (const struct l4_vitrine_bootinfo *)l4_kip()->user_ptr;
    l4_addr_t uart = info->uart_base;
    l4_cap_idx_t irq = cap_new();
    forget_wakers();
    CHECK_EQ(l4sigma0_map_iomem(L4_BASE_PAGER_CAP, uart, uart, 4096, 0), 0);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, PFC_LABEL)), 0);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, info->uart_irq, irq)), 0);
    CHECK_EQ(result(l4_icu_set_mode(L4_BASE_ICU_CAP, info->uart_irq,
                                    L4_IRQ_F_LEVEL_HIGH | mode)),
             0);
    l4_irq_unmask(irq);
    mmio_write8(uart + UART_THR, '#');
    mmio_write8(uart + UART_THR, '\n');
    mmio_write8(uart + UART_IER, IER_TX);
    l4_umword_t before = counter;
    l4_cpu_time_t slept = l4_kip_clock(l4_kip());
    PROVE("platform_ctl_system_suspend", "success",
          result(l4_platform_ctl_system_suspend(L4_BASE_ICU_CAP, 0)), 0);
    *ret_us = l4_kip_clock(l4_kip()) - slept;
    l4_umword_t ran = counter - before;
    CHECK_EQ(ipc_code(l4_irq_receive(irq, L4_IPC_RECV_TIMEOUT_0)), 0);
    mmio_read8(uart + UART_IIR);
    mmio_write8(uart + UART_IER, 0);
    cap_delete(irq);
    return ran;
}

static void nobody_runs_until_an_interrupt(void)
{
    static const unsigned modes[] = {0, L4_IRQ_F_SET_WAKEUP};
    struct worker w;
    l4_cpu_time_t us;
    worker_start(&w, count_and_sleep, 0, 0);
    for (unsigned i = 0; i < 2; i++) {
        CHECK(suspend(modes[i], &us) <= 2); /* before it, behind it */
        CHECK(us >= BYTE_US / 2 && us < 3 * BYTE_US);
        l4_ipc_sleep_us(3 * BYTE_US); /* all is sent */
    }
    l4_umword_t before = counter;
    l4_ipc_sleep_us(50);
    CHECK(counter > before); /* and it goes on */
    worker_delete(&w);
}
#endif

const struct kernel_test power_tests[] = {
    {"cpus: one that is off runs nobody", one_that_is_off_runs_nobody},
    {"cpus: a thread of one that is off moves", a_thread_of_it_can_be_moved},
    {"cpus: idle time of those that are on", idle_time_is_of_those_that_are_on},
    {"cpus: an interrupt tells", an_interrupt_tells},
    {"cpus: messages to one that is off", messages_wait_for_it},
    {"cpus: one may switch itself off", it_may_switch_itself_off},
    {"cpus: off, its threads can be deleted", a_thread_on_it_can_be_deleted},
#ifdef VITRINE_SIM
    {"suspend: nobody runs until an interrupt", nobody_runs_until_an_interrupt},
#endif
    {0, 0},
};
