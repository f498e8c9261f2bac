/*
 * IRQ: a signal without data, from an interrupt line (icu.h) or from
 * software (trigger). The bound thread receives it as a message of no words
 * with the label it was bound with. Several hits before the thread receives
 * count as one.
 *
 * Bind with l4_rcv_ep_bind_thread() (rcv_endpoint.h). Two protocols:
 *
 *      L4_PROTO_IRQ_SENDER   DETACH; BIND_VCPU cfg | item: thread
 *      L4_PROTO_IRQ          no words: trigger; EOI: unmask the line
 *                            (both send only, no reply)
 *
 * Source: ABI.md section 1; section 1, "Error conditions" for edge and level.
 */
#ifndef L4_SYS_IRQ_H
#define L4_SYS_IRQ_H

#include <l4/sys/__msg.h>
#include <l4/sys/icu.h>
#include <l4/sys/rcv_endpoint.h>

enum L4_irq_sender_op {
    L4_IRQ_SENDER_OP_DETACH = 1,
    L4_IRQ_SENDER_OP_BIND_VCPU = 2,
};

enum L4_irq_op {
    L4_IRQ_OP_EOI = 4,
};

/* Result of l4_irq_detach(). */
enum L4_irq_detach_result {
    L4_IRQ_DETACH_INACTIVE = 0,
    L4_IRQ_DETACH_PENDING = 1, /* a signal is lost */
    L4_IRQ_DETACH_ACTIVE = 2,  /* a virtual interrupt in service */
};

/* Ends the binding. Label: L4_irq_detach_result, or -L4_ENOENT: unbound. */
L4_INLINE l4_msgtag_t l4_irq_detach_u(l4_cap_idx_t irq, l4_utcb_t *u)
{
    return __l4_msg_call_op(irq, L4_PROTO_IRQ_SENDER, L4_IRQ_SENDER_OP_DETACH,
                            u);
}

/* Delivers as a virtual interrupt to an extended vCPU; cfg as the hardware
 * has it. */
L4_INLINE l4_msgtag_t l4_irq_bind_vcpu_u(l4_cap_idx_t irq, l4_cap_idx_t thread,
                                         l4_umword_t cfg, l4_utcb_t *u)
{
    return __l4_msg_call_op1_obj(irq, L4_PROTO_IRQ_SENDER,
                                 L4_IRQ_SENDER_OP_BIND_VCPU, cfg, thread, u);
}

/* Signals; never waits. There is no reply: only IPC errors are seen. */
L4_INLINE l4_msgtag_t l4_irq_trigger_u(l4_cap_idx_t irq, l4_utcb_t *u)
{
    return l4_ipc_send(irq, u, l4_msgtag(L4_PROTO_IRQ, 0, 0, 0),
                       L4_IPC_BOTH_TIMEOUT_0);
}

/* Internal: the message that unmasks. */
L4_INLINE l4_msgtag_t __l4_irq_eoi_u(l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = L4_IRQ_OP_EOI;
    return l4_msgtag(L4_PROTO_IRQ, 1, 0, 0);
}

/* Unmasks, then waits for this IRQ. */
L4_INLINE l4_msgtag_t l4_irq_receive_u(l4_cap_idx_t irq, l4_timeout_t to,
                                       l4_utcb_t *u)
{
    return l4_ipc_call(irq, u, __l4_irq_eoi_u(u), to);
}

/* Unmasks, then waits for anything, like l4_ipc_wait(). */
L4_INLINE l4_msgtag_t l4_irq_wait_u(l4_cap_idx_t irq, l4_umword_t *label,
                                    l4_timeout_t to, l4_utcb_t *u)
{
    return l4_ipc_send_and_wait(irq, u, __l4_irq_eoi_u(u), label, to);
}

/* Lets the line fire again; no reply. */
L4_INLINE l4_msgtag_t l4_irq_unmask_u(l4_cap_idx_t irq, l4_utcb_t *u)
{
    return l4_ipc_send(irq, u, __l4_irq_eoi_u(u), L4_IPC_NEVER);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_irq_detach(l4_cap_idx_t irq)
{
    return l4_irq_detach_u(irq, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_irq_bind_vcpu(l4_cap_idx_t irq, l4_cap_idx_t thread,
                                       l4_umword_t cfg)
{
    return l4_irq_bind_vcpu_u(irq, thread, cfg, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_irq_trigger(l4_cap_idx_t irq)
{
    return l4_irq_trigger_u(irq, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_irq_receive(l4_cap_idx_t irq, l4_timeout_t to)
{
    return l4_irq_receive_u(irq, to, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_irq_wait(l4_cap_idx_t irq, l4_umword_t *label,
                                  l4_timeout_t to)
{
    return l4_irq_wait_u(irq, label, to, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_irq_unmask(l4_cap_idx_t irq)
{
    return l4_irq_unmask_u(irq, l4_utcb());
}

/* ---- Before 2020-08 ---- */

/* l4_rcv_ep_bind_thread() with its last two arguments the other way round. */
L4_INLINE l4_msgtag_t l4_irq_attach_u(l4_cap_idx_t irq, l4_umword_t label,
                                      l4_cap_idx_t thread, l4_utcb_t *u)
{
    return l4_rcv_ep_bind_thread_u(irq, thread, label, u);
}

L4_INLINE l4_msgtag_t l4_irq_attach(l4_cap_idx_t irq, l4_umword_t label,
                                    l4_cap_idx_t thread)
{
    return l4_irq_attach_u(irq, label, thread, l4_utcb());
}

#endif
