/*
 * Interrupts for who wants no objects: attach to a line, wait, go on.
 *
 *      l4irq_t *irq = l4irq_attach(5);
 *      for (;;) {
 *          l4irq_wait(irq);
 *          ...
 *      }
 *
 * A line of the program's ICU ("icu" in its environment) by its number, or an
 * IRQ capability somebody gave. Source: ABI.md section 4, "libirq".
 */
#ifndef L4_IRQ_IRQ_H
#define L4_IRQ_IRQ_H

#include <l4/sys/irq.h>

typedef struct l4irq_t l4irq_t;

L4_BEGIN_DECLS

/*
 * Attaches the calling thread (or `to_thread`) to a line; it is unmasked.
 * mode: L4_IRQ_F_..., L4_IRQ_F_NONE: as it is. NULL: no icu, no such line, or
 * no memory.
 */
l4irq_t *l4irq_attach(int irqnum);
l4irq_t *l4irq_attach_ft(int irqnum, unsigned mode);
l4irq_t *l4irq_attach_thread(int irqnum, l4_cap_idx_t to_thread);
l4irq_t *l4irq_attach_thread_ft(int irqnum, l4_cap_idx_t to_thread,
                                unsigned mode);

/* The same with an IRQ that exists. It stays the caller's. */
l4irq_t *l4irq_attach_cap(l4_cap_idx_t irqcap);
l4irq_t *l4irq_attach_thread_cap(l4_cap_idx_t irqcap, l4_cap_idx_t to_thread);

/* Waits for this interrupt, unmasking a level-triggered line before. 0, or
 * -(2000 + IPC error). */
long l4irq_wait(l4irq_t *irq);

/* Waits for any interrupt of the calling thread; *irq: which. */
long l4irq_wait_any(l4irq_t **irq);

/* Unmasks one (a level-triggered line), then waits for any. */
long l4irq_unmask_and_wait_any(l4irq_t *unmask_irq, l4irq_t **ret_irq);

long l4irq_unmask(l4irq_t *irq);

/* The end; the memory goes. */
long l4irq_detach(l4irq_t *irq);

/*
 * Calls isr_handler(isr_data) for each interrupt of a line, on a thread of its
 * own with this priority (-1: the caller's). NULL as l4irq_attach(). Needs the
 * C library.
 */
l4irq_t *l4irq_request(int irqnum, void (*isr_handler)(void *), void *isr_data,
                       int irq_thread_prio, unsigned mode);

/* Ends that: the handler is not called after this returned. */
long l4irq_release(l4irq_t *irq);

/* Stops and starts the line of an interrupt. */
long l4irq_disable(l4irq_t *irq);
long l4irq_enable(l4irq_t *irq);

L4_END_DECLS

#endif
