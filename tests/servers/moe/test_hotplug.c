/*
 * CPUs come and go under scheduler proxies: who has one of them is told, the
 * others are not. On three CPUs, run by moe as the first program, which has the
 * kernel's scheduler and ICU.
 */
#include "tap.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/platform_control.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>

enum { A_WHILE_US = 200 };

/* A proxy for some CPUs, and an interrupt for its line. */
struct part {
    l4_cap_idx_t scheduler, irq;
};

static l4_cap_idx_t irq_new(void)
{
    l4_cap_idx_t irq = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, irq);
    l4_rcv_ep_bind_thread(irq, l4re_env()->main_thread, irq);
    return irq;
}

static struct part part(l4_umword_t cpus)
{
    struct part p = {l4re_util_cap_alloc(), irq_new()};
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_SCHEDULER, p.scheduler);
    l4_factory_create_add_uint(255, &t);
    l4_factory_create_add_uint(0, &t);
    l4_factory_create_add_uint(cpus, &t);
    code(l4_error(l4_factory_create_commit(l4re_env()->mem_alloc, t)), 0,
         "a_proxy_is_made");
    return p;
}

static long bind(const struct part *p)
{
    return l4_error(l4_icu_bind(p->scheduler, 0, p->irq));
}

static long unbind(const struct part *p)
{
    return l4_error(l4_icu_unbind(p->scheduler, 0, p->irq));
}

static int came(const struct part *p)
{
    l4_timeout_t a_while =
        l4_timeout(L4_IPC_TIMEOUT_0, l4_timeout_from_us(A_WHILE_US));
    return !l4_msgtag_has_error(l4_irq_receive(p->irq, a_while));
}

static void cpu_1(int on)
{
    l4_cap_idx_t icu = l4re_env_get_cap("icu");
    code(l4_error(on ? l4_platform_ctl_cpu_enable(icu, 1)
                     : l4_platform_ctl_cpu_disable(icu, 1)),
         0, on ? "cpu_1_comes" : "cpu_1_goes");
}

static void refusals(const struct part *p)
{
    l4_icu_info_t info = {1, 0, 1};
    l4_icu_msi_info_t msi;
    l4_cap_idx_t s = p->scheduler;
    code(l4_error(l4_icu_info(s, &info)), 0, "it_is_an_icu");
    fact(!info.features && info.nr_irqs == 1 && !info.nr_msis, "of_one_line");
    code(l4_error(l4_icu_bind(s, 1, p->irq)), -L4_EINVAL,
         "there_is_no_other_line");
    code(l4_error(l4_icu_bind(s, 0, l4re_env()->mem_alloc)), -L4_EINVAL,
         "an_object_of_moe_is_no_interrupt");
    code(unbind(p), -L4_ENOENT, "what_was_not_bound_is_not_let_go");
    code(l4_error(l4_icu_set_mode(s, 0, L4_IRQ_F_LEVEL_HIGH)), -L4_EINVAL,
         "a_cpu_has_no_level");
    code(l4_error(l4_icu_set_mode(s, 0, L4_IRQ_F_POS_EDGE)), 0, "but_edges");
    code(l4_error(l4_icu_msi_info(s, 0, 0, &msi)), -L4_ENOSYS,
         "it_has_no_messages");
}

int main(void)
{
    struct part first = part(1), second = part(2), all = part(7);
    l4_cap_idx_t kernel = l4re_env()->scheduler, mine = irq_new();
    refusals(&first);

    code(l4_error(l4_icu_bind(kernel, 0, mine)), 0,
         "the_kernel_s_line_is_free");
    code(bind(&first), -L4_EBUSY, "while_others_have_it_nobody_is_told_here");
    code(l4_error(l4_icu_unbind(kernel, 0, mine)), 0, "it_is_given_back");
    code(bind(&first), 0, "first_is_bound");
    code(bind(&first), -L4_EBUSY, "a_line_has_one_interrupt");
    code(bind(&second), 0, "second_is_bound");
    code(bind(&all), 0, "all_is_bound");
    code(l4_error(l4_icu_unbind(all.scheduler, 0, first.irq)), -L4_ENOENT,
         "another_s_interrupt_is_not_let_go");
    code(l4_error(l4_icu_bind(kernel, 0, mine)), -L4_EBUSY,
         "moe_has_the_kernel_s_line");

    for (int on = 0; on < 2; on++) {
        cpu_1(on);
        fact(came(&second) && came(&all), "who_has_it_is_told");
        fact(!came(&first), "who_has_it_not_is_not");
        cpu_1(on);
        fact(!came(&second) && !came(&all), "nothing_has_changed");
    }

    code(unbind(&all), 0, "one_is_let_go");
    cpu_1(0);
    fact(came(&second) && !came(&all), "it_is_not_told_any_more");
    l4re_util_cap_free_um(second.irq); /* the last capability */
    cpu_1(1);
    second.irq = irq_new();
    code(bind(&second), 0, "an_interrupt_that_ended_is_forgotten");
    cpu_1(0);
    fact(came(&second), "the_next_one_is_told");
    l4re_util_cap_free_um(second.scheduler); /* the proxy ends */
    code(unbind(&first), 0, "first_is_let_go");
    l4_ipc_sleep_ms(5); /* moe hears of the proxy's end */
    code(l4_error(l4_icu_bind(kernel, 0, mine)), 0,
         "the_kernel_s_line_is_free_again");
    cpu_1(1);
    return tap_end();
}
