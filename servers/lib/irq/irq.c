/*
 * <l4/irq/irq.h>: an IRQ object for each attachment, its address the label.
 *
 *  I1  A line is bound to the object from attach to detach.
 *  I2  Only l4irq_request() has a thread; it alone receives the interrupt.
 */
#include <errno.h>
#include <l4/irq/irq.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <pthread-l4.h>
#include <pthread.h>
#include <stdlib.h>

enum { NO_LINE = -1 };

struct l4irq_t {
    l4_cap_idx_t cap;
    int line; /* NO_LINE: the capability is the caller's */
    int unmask_at_icu;

    /* l4irq_request() only. */
    pthread_t thread;
    void (*handler)(void *);
    void *data;
    int must_end; /* atomic */
} __attribute__((aligned(8)));

static l4_cap_idx_t icu(void)
{
    return l4re_env_get_cap("icu");
}

static int bind_to(struct l4irq_t *irq, l4_cap_idx_t thread)
{
    return l4_error(l4_rcv_ep_bind_thread(irq->cap, thread, (l4_umword_t)irq)) <
                   0
               ? -1
               : 0;
}

static long unmask(const struct l4irq_t *irq)
{
    if (irq->unmask_at_icu)
        l4_icu_unmask(icu(), (unsigned)irq->line, NULL, L4_IPC_NEVER);
    else
        l4_irq_unmask(irq->cap);
    return 0;
}

/* Binds the object to its line: keeps I1. */
static int take_line(struct l4irq_t *irq, unsigned mode)
{
    long result;

    if (l4_is_invalid_cap(icu()))
        return -1;
    if (mode != L4_IRQ_F_NONE &&
        l4_error(l4_icu_set_mode(icu(), (l4_umword_t)irq->line, mode)) < 0)
        return -1;
    result = l4_error(l4_icu_bind(icu(), (unsigned)irq->line, irq->cap));
    irq->unmask_at_icu = result == 1;
    return result < 0 ? -1 : 0;
}

static void free_object(struct l4irq_t *irq)
{
    if (irq->line != NO_LINE)
        l4re_util_cap_free_um(irq->cap);
    free(irq);
}

l4irq_t *l4irq_attach_thread_ft(int irqnum, l4_cap_idx_t to_thread,
                                unsigned mode)
{
    struct l4irq_t *irq = calloc(1, sizeof *irq);

    if (!irq)
        return NULL;
    irq->line = irqnum;
    irq->cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(irq->cap) ||
        l4_error(l4_factory_create_irq(l4re_env()->factory, irq->cap)) < 0 ||
        bind_to(irq, to_thread) || take_line(irq, mode)) {
        free_object(irq);
        return NULL;
    }
    unmask(irq);
    return irq;
}

l4irq_t *l4irq_attach_thread(int irqnum, l4_cap_idx_t to_thread)
{
    return l4irq_attach_thread_ft(irqnum, to_thread, L4_IRQ_F_NONE);
}

l4irq_t *l4irq_attach_ft(int irqnum, unsigned mode)
{
    return l4irq_attach_thread_ft(irqnum, pthread_l4_cap(pthread_self()), mode);
}

l4irq_t *l4irq_attach(int irqnum)
{
    return l4irq_attach_ft(irqnum, L4_IRQ_F_NONE);
}

l4irq_t *l4irq_attach_thread_cap(l4_cap_idx_t irqcap, l4_cap_idx_t to_thread)
{
    struct l4irq_t *irq = calloc(1, sizeof *irq);

    if (!irq)
        return NULL;
    irq->line = NO_LINE;
    irq->cap = irqcap;
    if (!bind_to(irq, to_thread))
        return irq;
    free(irq);
    return NULL;
}

l4irq_t *l4irq_attach_cap(l4_cap_idx_t irqcap)
{
    return l4irq_attach_thread_cap(irqcap, pthread_l4_cap(pthread_self()));
}

static long receive(struct l4irq_t *irq, l4_timeout_t timeout)
{
    l4_msgtag_t tag = l4_irq_receive(irq->cap, timeout);

    return l4_msgtag_has_error(tag) ? l4_error(tag) : 0;
}

long l4irq_wait(l4irq_t *irq)
{
    unmask(irq);
    return receive(irq, L4_IPC_NEVER);
}

long l4irq_wait_any(l4irq_t **irq)
{
    l4_umword_t label = 0;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);

    if (l4_msgtag_has_error(tag))
        return l4_error(tag);
    *irq = (l4irq_t *)(label & ~3ul);
    return 0;
}

long l4irq_unmask_and_wait_any(l4irq_t *unmask_irq, l4irq_t **ret_irq)
{
    unmask(unmask_irq);
    return l4irq_wait_any(ret_irq);
}

long l4irq_unmask(l4irq_t *irq)
{
    return unmask(irq);
}

long l4irq_detach(l4irq_t *irq)
{
    long result = 0;

    if (irq->line != NO_LINE)
        result = l4_error(l4_icu_unbind(icu(), (unsigned)irq->line, irq->cap));
    else
        l4_irq_detach(irq->cap);
    free_object(irq);
    return result < 0 ? result : 0;
}

static void *serve(void *argument)
{
    struct l4irq_t *irq = argument;

    while (!l4irq_wait(irq) &&
           !__atomic_load_n(&irq->must_end, __ATOMIC_ACQUIRE))
        irq->handler(irq->data);
    return NULL;
}

/* A thread that serves, with the priority asked for. */
static int start_serving(struct l4irq_t *irq, int priority)
{
    struct sched_param param = {.sched_priority = priority};
    pthread_attr_t attr;
    int error;

    pthread_attr_init(&attr);
    if (priority > 0) {
        pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedpolicy(&attr, SCHED_RR);
        pthread_attr_setschedparam(&attr, &param);
    }
    error = pthread_create(&irq->thread, &attr, serve, irq);
    pthread_attr_destroy(&attr);
    /* Bound to the caller so far: keeps I2. What comes before is kept. */
    return error ? -1 : bind_to(irq, pthread_l4_cap(irq->thread));
}

l4irq_t *l4irq_request(int irqnum, void (*isr_handler)(void *), void *isr_data,
                       int irq_thread_prio, unsigned mode)
{
    struct l4irq_t *irq = l4irq_attach_ft(irqnum, mode);

    if (!irq)
        return NULL;
    irq->handler = isr_handler;
    irq->data = isr_data;
    if (!start_serving(irq, irq_thread_prio))
        return irq;
    l4irq_detach(irq);
    return NULL;
}

long l4irq_release(l4irq_t *irq)
{
    __atomic_store_n(&irq->must_end, 1, __ATOMIC_RELEASE);
    l4_irq_trigger(irq->cap);
    pthread_join(irq->thread, NULL);
    return l4irq_detach(irq);
}

long l4irq_disable(l4irq_t *irq)
{
    if (irq->line == NO_LINE)
        return -L4_EINVAL;
    l4_icu_mask(icu(), (unsigned)irq->line, NULL, L4_IPC_NEVER);
    return 0;
}

long l4irq_enable(l4irq_t *irq)
{
    return irq->line == NO_LINE ? -L4_EINVAL : unmask(irq);
}
