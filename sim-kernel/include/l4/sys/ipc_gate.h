/*
 * IPC gate: the door to a server. A message sent to it arrives at the bound
 * thread, with the gate's label; only its holder with the server right
 * (L4_FPAGE_C_IPCGATE_SVR) speaks to the gate itself.
 *
 *      client --- capability ---> gate [label] ---> thread
 *
 * Protocol L4_PROTO_KOBJECT:
 *
 *      BIND      label | item: thread (rcv_endpoint.h)
 *      GET_INFO  -> label
 *
 * A sender to an unbound gate waits until it is bound. Source: ABI.md
 * section 1.
 */
#ifndef L4_SYS_IPC_GATE_H
#define L4_SYS_IPC_GATE_H

#include <l4/sys/rcv_endpoint.h>

enum L4_ipc_gate_ops {
    L4_IPC_GATE_BIND_OP = 0x10,
    L4_IPC_GATE_GET_INFO_OP = 0x11,
};

/* *label: the gate's label; unchanged on error. */
L4_INLINE l4_msgtag_t l4_ipc_gate_get_infos_u(l4_cap_idx_t gate,
                                              l4_umword_t *label, l4_utcb_t *u)
{
    l4_msgtag_t t =
        __l4_msg_call_op(gate, L4_PROTO_KOBJECT, L4_IPC_GATE_GET_INFO_OP, u);
    if (l4_error_u(t, u) >= 0)
        *label = l4_utcb_mr_u(u)->mr[0];
    return t;
}

L4_INLINE l4_msgtag_t l4_ipc_gate_bind_thread_u(l4_cap_idx_t gate,
                                                l4_cap_idx_t thread,
                                                l4_umword_t label, l4_utcb_t *u)
{
    return l4_rcv_ep_bind_thread_u(gate, thread, label, u);
}

L4_INLINE l4_msgtag_t l4_ipc_gate_bind_snd_destination_u(l4_cap_idx_t gate,
                                                         l4_cap_idx_t snd_dst,
                                                         l4_umword_t label,
                                                         l4_utcb_t *u)
{
    return l4_rcv_ep_bind_snd_destination_u(gate, snd_dst, label, u);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_ipc_gate_get_infos(l4_cap_idx_t gate,
                                            l4_umword_t *label)
{
    return l4_ipc_gate_get_infos_u(gate, label, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_ipc_gate_bind_thread(l4_cap_idx_t gate,
                                              l4_cap_idx_t thread,
                                              l4_umword_t label)
{
    return l4_ipc_gate_bind_thread_u(gate, thread, label, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_ipc_gate_bind_snd_destination(l4_cap_idx_t gate,
                                                       l4_cap_idx_t snd_dst,
                                                       l4_umword_t label)
{
    return l4_ipc_gate_bind_snd_destination_u(gate, snd_dst, label, l4_utcb());
}

#endif
