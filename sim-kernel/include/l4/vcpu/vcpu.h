/*
 * Helpers for a thread that is a vCPU (<l4/sys/vcpu.h>): event delivery off
 * and on, as an operating system turns interrupts off and on; waiting; what
 * an entry was.
 *
 *      static void work(l4_vcpu_state_t *vcpu) { ... vcpu->i.label ... }
 *
 *      l4vcpu_irq_state_t s = l4vcpu_irq_disable_save(vcpu);
 *      ...
 *      l4vcpu_irq_restore(vcpu, s, l4_utcb(), work, NULL);
 *
 * These calls are for kernel mode, where the vCPU's own code runs. An event
 * that came while delivery was off is handed to the function named when it is
 * turned on again; delivery is off in that function.
 *
 * Source: ABI.md section 4, "libvcpu"; section 3, "vCPU". L4Re's names.
 */
#ifndef L4_VCPU_VCPU_H
#define L4_VCPU_VCPU_H

#include <l4/sys/ipc.h>
#include <l4/sys/vcpu.h>

typedef enum l4vcpu_irq_state_t {
    L4VCPU_IRQ_STATE_DISABLED = 0,
    L4VCPU_IRQ_STATE_ENABLED = L4_VCPU_F_IRQ,
} l4vcpu_irq_state_t;

/* Handles the event in vcpu->i; its words are in the UTCB. */
typedef void (*l4vcpu_event_hndl_t)(l4_vcpu_state_t *vcpu);
/* Prepares the UTCB's buffer registers before a wait; NULL: nothing to do. */
typedef void (*l4vcpu_setup_ipc_t)(l4_utcb_t *utcb);

L4_BEGIN_DECLS

/* From here on events wait. */
void l4vcpu_irq_disable(l4_vcpu_state_t *vcpu);

/* The same; returns what was in force. */
l4vcpu_irq_state_t l4vcpu_irq_disable_save(l4_vcpu_state_t *vcpu);

/* Hands what waited to do_event_work_cb, one by one; from then on events
 * enter. */
void l4vcpu_irq_enable(l4_vcpu_state_t *vcpu, l4_utcb_t *utcb,
                       l4vcpu_event_hndl_t do_event_work_cb,
                       l4vcpu_setup_ipc_t setup_ipc);

/* Back to what l4vcpu_irq_disable_save() returned. */
void l4vcpu_irq_restore(l4_vcpu_state_t *vcpu, l4vcpu_irq_state_t s,
                        l4_utcb_t *utcb, l4vcpu_event_hndl_t do_event_work_cb,
                        l4vcpu_setup_ipc_t setup_ipc);

/* Waits until an event comes, or for `to`, and hands it on. Delivery is off
 * afterwards. */
void l4vcpu_wait(l4_vcpu_state_t *vcpu, l4_utcb_t *utcb, l4_timeout_t to,
                 l4vcpu_event_hndl_t do_event_work_cb,
                 l4vcpu_setup_ipc_t setup_ipc);
void l4vcpu_wait_for_event(l4_vcpu_state_t *vcpu, l4_utcb_t *utcb,
                           l4vcpu_event_hndl_t do_event_work_cb,
                           l4vcpu_setup_ipc_t setup_ipc);

/* Prints the state, each line behind `prefix`. */
void l4vcpu_print_state(const l4_vcpu_state_t *vcpu, const char *prefix);

/* 1: the vCPU was entered for a message (an interrupt, say), which is in
 * vcpu->i. */
int l4vcpu_is_irq_entry(l4_vcpu_state_t const *vcpu);

/* 1: it was entered for a page fault (l4_utcb_exc_pfa(&vcpu->r)). */
int l4vcpu_is_page_fault_entry(l4_vcpu_state_t const *vcpu);

/*
 * Kernel-user memory for an extended vCPU's state (L4_VCPU_STATE_EXT_SIZE), in
 * `task`, at a place that its region map keeps free. *ext_state: the extended
 * part in it. 0, or l4re_util_kumem_alloc()'s errors. It stays until the task
 * ends.
 */
int l4vcpu_ext_alloc(l4_vcpu_state_t **vcpu, l4_addr_t *ext_state,
                     l4_cap_idx_t task, l4_cap_idx_t regmgr);

L4_END_DECLS

#endif
