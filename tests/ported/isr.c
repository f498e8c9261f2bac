/*
 * Ported program: interrupt service threads. A software interrupt is attached
 * with l4irq, by hand with l4_irq_*; a console's input line with l4_icu_*.
 */
#include "handmade.h"
#include <l4/irq/irq.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/vcon.h>
#include <pthread.h>
#include <pthread-l4.h>

enum { HITS = 3 };

static l4_cap_idx_t new_irq(void)
{
    l4_cap_idx_t irq = l4re_util_cap_alloc();
    must("irq", l4_error(l4_factory_create_irq(l4re_env()->factory, irq)));
    return irq;
}

static void *service(void *arg)
{
    l4irq_t *irq = l4irq_attach_cap(*(l4_cap_idx_t *)arg);
    unsigned long hits = 0;
    if (!irq)
        return NULL;
    l4_utcb_mr()->mr[0] = 0;
    l4_ipc_send(l4re_env()->main_thread, l4_utcb(), l4_msgtag(0, 1, 0, 0),
                L4_IPC_NEVER); /* attached */
    while (hits < HITS && !l4irq_wait(irq))
        hits++;
    l4irq_detach(irq);
    return (void *)hits;
}

static void with_library(void)
{
    l4_cap_idx_t irq = new_irq();
    pthread_t thread;
    void *hits;
    if (pthread_create(&thread, NULL, service, &irq))
        must("pthread", -L4_ENOMEM);
    must("attached", l4_error(l4_ipc_receive(pthread_l4_cap(thread), l4_utcb(),
                                             L4_IPC_NEVER)));
    for (int i = 0; i < HITS; i++) {
        l4_irq_trigger(irq);
        l4_sleep(1);
    }
    pthread_join(thread, &hits);
    printf("library: %lu interrupts\n", (unsigned long)hits);
}

static void by_hand(void)
{
    l4_cap_idx_t irq = new_irq();
    l4_umword_t label;
    must("bind",
         l4_error(l4_rcv_ep_bind_thread(irq, l4re_env()->main_thread, 0xabc0)));
    must("trigger", l4_ipc_error(l4_irq_trigger(irq), l4_utcb()));
    l4_irq_trigger(irq); /* while one is pending: they are one */
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0);
    printf("by hand: label %lx, %u words, protocol %ld\n", label,
           l4_msgtag_words(tag), l4_msgtag_label(tag));
    tag = l4_irq_receive(
        irq, l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(1000)));
    printf("no second one: %s\n",
           l4_ipc_error(tag, l4_utcb()) == L4_IPC_RETIMEOUT ? "timeout"
                                                            : "it came");
    printf("detach: %ld", l4_error(l4_irq_detach(irq)));
    printf(", again: %ld\n", l4_error(l4_irq_detach(irq)));
}

static void input_line(void)
{
    l4_cap_idx_t log = l4re_env_get_cap("console"), irq = new_irq();
    l4_icu_info_t info = {0};
    l4_umword_t label;
    must("info", l4_error(l4_icu_info(log, &info)));
    must("icu bind", l4_error(l4_icu_bind(log, 0, irq)));
    must("bind",
         l4_error(l4_rcv_ep_bind_thread(irq, l4re_env()->main_thread, 0)));
    l4_msgtag_t tag = l4_irq_wait(
        irq, &label, l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(500)));
    printf("console: %u line, no input: %s; line 1: %ld\n", info.nr_irqs,
           l4_msgtag_has_error(tag) ? "silent" : "it rang",
           l4_error(l4_icu_bind(log, 1, irq)));
    must("icu unbind", l4_error(l4_icu_unbind(log, 0, irq)));
}

int main(void)
{
    with_library();
    by_hand();
    input_line();
    return 0;
}
