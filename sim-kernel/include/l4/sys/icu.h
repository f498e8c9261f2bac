/*
 * ICU: an interrupt controller; binds its lines to IRQ objects.
 *
 * Several objects are ICUs as well: the vcon (line 0: input), the scheduler
 * (line 0: CPU hot-plug). Protocol L4_PROTO_IRQ:
 *
 *      BIND, UNBIND  line | item: irq     -> 0: unmask at the irq, 1: here
 *      INFO          -> features, number of lines, number of MSIs
 *      MSI_INFO      line, source         -> address, data
 *      UNMASK, MASK  line                 send only, no reply
 *      SET_MODE      line, L4_IRQ_F_*
 *
 * Errors, as the reply's label: -L4_EINVAL no such line, or a mode that the
 * controller cannot do; -L4_EPERM the irq lacks W; -L4_ENOSYS no MSIs.
 * Source: ABI.md sections 1 and 2 ("IRQ modes").
 */
#ifndef L4_SYS_ICU_H
#define L4_SYS_ICU_H

#include <l4/sys/__msg.h>

enum L4_icu_opcode {
    L4_ICU_OP_BIND = 0,
    L4_ICU_OP_UNBIND = 1,
    L4_ICU_OP_INFO = 2,
    L4_ICU_OP_MSI_INFO = 3,
    L4_ICU_OP_UNMASK = 4,
    L4_ICU_OP_MASK = 5,
    L4_ICU_OP_SET_MODE = 6,
};

/* When a line fires. */
enum L4_irq_mode {
    L4_IRQ_F_NONE = 0,
    L4_IRQ_F_SET = 1, /* mode is given, else left as it is */
    L4_IRQ_F_LEVEL = 2,
    L4_IRQ_F_EDGE = 0,
    L4_IRQ_F_POS = 0,
    L4_IRQ_F_NEG = 4,
    L4_IRQ_F_BOTH = 8,
    L4_IRQ_F_POS_EDGE = L4_IRQ_F_SET,
    L4_IRQ_F_NEG_EDGE = L4_IRQ_F_SET | L4_IRQ_F_NEG,
    L4_IRQ_F_BOTH_EDGE = L4_IRQ_F_SET | L4_IRQ_F_BOTH,
    L4_IRQ_F_LEVEL_HIGH = L4_IRQ_F_SET | L4_IRQ_F_LEVEL,
    L4_IRQ_F_LEVEL_LOW = L4_IRQ_F_SET | L4_IRQ_F_LEVEL | L4_IRQ_F_NEG,
    L4_IRQ_F_MASK = 0xf,
    L4_IRQ_F_SET_WAKEUP = 0x10,
    L4_IRQ_F_CLEAR_WAKEUP = 0x20,
};

/* Feature, and mark of an MSI in line numbers. */
#define L4_ICU_FLAG_MSI 0x80000000u

typedef struct l4_icu_info_t {
    unsigned features; /* L4_ICU_FLAG_MSI */
    unsigned nr_irqs;
    unsigned nr_msis;
} l4_icu_info_t;

typedef struct l4_icu_msi_info_t {
    l4_uint64_t msi_addr;
    l4_uint32_t msi_data;
} l4_icu_msi_info_t;

/* Line irqnum from now on triggers `irq` (needs W). Label 1: unmask with
 * l4_icu_unmask(); 0: with l4_irq_unmask(). */
L4_INLINE l4_msgtag_t l4_icu_bind_u(l4_cap_idx_t icu, unsigned irqnum,
                                    l4_cap_idx_t irq, l4_utcb_t *u)
{
    return __l4_msg_call_op1_obj(icu, L4_PROTO_IRQ, L4_ICU_OP_BIND, irqnum, irq,
                                 u);
}

/* The line is masked and triggers nothing any more. */
L4_INLINE l4_msgtag_t l4_icu_unbind_u(l4_cap_idx_t icu, unsigned irqnum,
                                      l4_cap_idx_t irq, l4_utcb_t *u)
{
    return __l4_msg_call_op1_obj(icu, L4_PROTO_IRQ, L4_ICU_OP_UNBIND, irqnum,
                                 irq, u);
}

/* mode: enum L4_irq_mode with L4_IRQ_F_SET. */
L4_INLINE l4_msgtag_t l4_icu_set_mode_u(l4_cap_idx_t icu, unsigned irqnum,
                                        l4_umword_t mode, l4_utcb_t *u)
{
    return __l4_msg_call_op2(icu, L4_PROTO_IRQ, L4_ICU_OP_SET_MODE, irqnum,
                             mode, u);
}

/* *info is unchanged on error. */
L4_INLINE l4_msgtag_t l4_icu_info_u(l4_cap_idx_t icu, l4_icu_info_t *info,
                                    l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_msgtag_t t = __l4_msg_call_op(icu, L4_PROTO_IRQ, L4_ICU_OP_INFO, u);
    if (l4_error_u(t, u) < 0)
        return t;
    info->features = v->mr[0];
    info->nr_irqs = v->mr[1];
    info->nr_msis = v->mr[2];
    return t;
}

/* Where device `source` must write what to raise MSI irqnum. */
L4_INLINE l4_msgtag_t l4_icu_msi_info_u(l4_cap_idx_t icu, unsigned irqnum,
                                        l4_uint64_t source,
                                        l4_icu_msi_info_t *msi_info,
                                        l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_msgtag_t t = __l4_msg_call_op2(icu, L4_PROTO_IRQ, L4_ICU_OP_MSI_INFO,
                                      irqnum, source, u);
    if (l4_error_u(t, u) < 0)
        return t;
    msi_info->msi_addr = v->mr64[l4_utcb_mr64_idx(0)];
    msi_info->msi_data = v->mr[1];
    return t;
}

/* Internal: mask or unmask; waits for the next message if label != NULL. */
L4_INLINE l4_msgtag_t __l4_icu_control_u(l4_cap_idx_t icu, unsigned irqnum,
                                         enum L4_icu_opcode op,
                                         l4_umword_t *label, l4_timeout_t to,
                                         l4_utcb_t *u)
{
    l4_msgtag_t t = l4_msgtag(L4_PROTO_IRQ, 2, 0, 0);
    l4_utcb_mr_u(u)->mr[0] = op;
    l4_utcb_mr_u(u)->mr[1] = irqnum;
    if (label)
        return l4_ipc_send_and_wait(icu, u, t, label, to);
    return l4_ipc_send(icu, u, t, to);
}

/* Lets line irqnum fire (again); with `label` also waits, like
 * l4_ipc_wait(). There is no reply: errors are not seen. */
L4_INLINE l4_msgtag_t l4_icu_unmask_u(l4_cap_idx_t icu, unsigned irqnum,
                                      l4_umword_t *label, l4_timeout_t to,
                                      l4_utcb_t *u)
{
    return __l4_icu_control_u(icu, irqnum, L4_ICU_OP_UNMASK, label, to, u);
}

L4_INLINE l4_msgtag_t l4_icu_mask_u(l4_cap_idx_t icu, unsigned irqnum,
                                    l4_umword_t *label, l4_timeout_t to,
                                    l4_utcb_t *u)
{
    return __l4_icu_control_u(icu, irqnum, L4_ICU_OP_MASK, label, to, u);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_icu_bind(l4_cap_idx_t icu, unsigned irqnum,
                                  l4_cap_idx_t irq)
{
    return l4_icu_bind_u(icu, irqnum, irq, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_icu_unbind(l4_cap_idx_t icu, unsigned irqnum,
                                    l4_cap_idx_t irq)
{
    return l4_icu_unbind_u(icu, irqnum, irq, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_icu_set_mode(l4_cap_idx_t icu, unsigned irqnum,
                                      l4_umword_t mode)
{
    return l4_icu_set_mode_u(icu, irqnum, mode, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_icu_info(l4_cap_idx_t icu, l4_icu_info_t *info)
{
    return l4_icu_info_u(icu, info, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_icu_msi_info(l4_cap_idx_t icu, unsigned irqnum,
                                      l4_uint64_t source,
                                      l4_icu_msi_info_t *msi_info)
{
    return l4_icu_msi_info_u(icu, irqnum, source, msi_info, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_icu_unmask(l4_cap_idx_t icu, unsigned irqnum,
                                    l4_umword_t *label, l4_timeout_t to)
{
    return l4_icu_unmask_u(icu, irqnum, label, to, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_icu_mask(l4_cap_idx_t icu, unsigned irqnum,
                                  l4_umword_t *label, l4_timeout_t to)
{
    return l4_icu_mask_u(icu, irqnum, label, to, l4_utcb());
}

#endif
