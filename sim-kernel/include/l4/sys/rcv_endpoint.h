/*
 * Receive endpoint: what IPC gates and IRQs have in common, a receiver and
 * the label it sees. Protocol L4_PROTO_KOBJECT:
 *
 *      BIND  label | item: thread or thread group
 *
 * Source: ABI.md section 1.
 */
#ifndef L4_SYS_RCV_ENDPOINT_H
#define L4_SYS_RCV_ENDPOINT_H

#include <l4/sys/__msg.h>

enum L4_rcv_ep_ops {
    L4_RCV_EP_BIND_OP = 0x10,
};

/*
 * Messages through ep arrive at snd_dst (a thread, or a group of them) with
 * `label`, whose low two bits must be 0. Both capabilities need S
 * (-L4_EPERM), a gate's also the server right. -L4_EINVAL: label, or not a
 * thread; -L4_EBUSY: an IRQ that is being handled.
 */
L4_INLINE l4_msgtag_t l4_rcv_ep_bind_snd_destination_u(l4_cap_idx_t ep,
                                                       l4_cap_idx_t snd_dst,
                                                       l4_umword_t label,
                                                       l4_utcb_t *u)
{
    return __l4_msg_call_op1_obj(ep, L4_PROTO_KOBJECT, L4_RCV_EP_BIND_OP, label,
                                 snd_dst, u);
}

L4_INLINE l4_msgtag_t l4_rcv_ep_bind_thread_u(l4_cap_idx_t ep,
                                              l4_cap_idx_t thread,
                                              l4_umword_t label, l4_utcb_t *u)
{
    return l4_rcv_ep_bind_snd_destination_u(ep, thread, label, u);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_rcv_ep_bind_snd_destination(l4_cap_idx_t ep,
                                                     l4_cap_idx_t snd_dst,
                                                     l4_umword_t label)
{
    return l4_rcv_ep_bind_snd_destination_u(ep, snd_dst, label, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_rcv_ep_bind_thread(l4_cap_idx_t ep,
                                            l4_cap_idx_t thread,
                                            l4_umword_t label)
{
    return l4_rcv_ep_bind_thread_u(ep, thread, label, l4_utcb());
}

#endif
