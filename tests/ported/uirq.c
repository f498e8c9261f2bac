/*
 * Ported program: a user interrupt as a signal between two threads, and a
 * semaphore for the way back.
 */
#include "handmade.h"
#include <l4/sys/irq.h>
#include <l4/sys/semaphore.h>
#include <pthread.h>
#include <pthread-l4.h>

enum { SIGNALS = 10 };

static l4_cap_idx_t irq, taken;

static void *handler(void *arg)
{
    unsigned long *count = arg;
    l4_umword_t label;
    must("bind",
         l4_error(l4_irq_attach(irq, 0x4000, pthread_l4_cap(pthread_self()))));
    l4_semaphore_up(taken);
    while (*count < SIGNALS) {
        l4_msgtag_t tag = l4_irq_wait(irq, &label, L4_IPC_NEVER);
        must("wait", l4_msgtag_has_error(tag) ? l4_error(tag) : 0);
        *count += label == 0x4000;
        l4_semaphore_up(taken);
    }
    return NULL;
}

int main(void)
{
    l4_cap_idx_t factory = l4re_env()->factory;
    unsigned long count = 0;
    pthread_t thread;
    irq = l4re_util_cap_alloc();
    taken = l4re_util_cap_alloc();
    must("irq", l4_error(l4_factory_create_irq(factory, irq)));
    must("semaphore",
         l4_error(l4_factory_create(factory, L4_PROTO_SEMAPHORE, taken)));
    if (pthread_create(&thread, NULL, handler, &count))
        must("pthread", -L4_ENOMEM);
    must("down", l4_error(l4_semaphore_down(taken, L4_IPC_NEVER)));
    for (int i = 0; i < SIGNALS; i++) {
        l4_irq_trigger(irq);
        must("down", l4_error(l4_semaphore_down(taken, L4_IPC_NEVER)));
    }
    pthread_join(thread, NULL);
    printf("%lu signals\n", count);
    l4_msgtag_t tag = l4_semaphore_down(taken, L4_IPC_BOTH_TIMEOUT_0);
    printf("one more: %ld\n", l4_error(tag));
    return 0;
}
