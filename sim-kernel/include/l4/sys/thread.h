/*
 * Thread: something that executes in a task, and the other end of an IPC.
 *
 * The way to a running thread: create it (factory.h); control_start, pager,
 * exc_handler, bind, control_commit; then l4_scheduler_run_thread() and
 * l4_thread_ex_regs() in either order. Protocol L4_PROTO_THREAD:
 *
 *      CONTROL        flags in MR0; MR1 pager, MR2 exception handler,
 *                     MR4 flag values, MR5 UTCB | item: task
 *      EX_REGS        flags in MR0; ip, sp -> flags, ip, sp as they were
 *      SWITCH, STATS  -> us of CPU time
 *      VCPU_RESUME    items to map on the way
 *      REGISTER_DELETE_IRQ, REGISTER_DOORBELL_IRQ   | item: irq
 *      MODIFY_SENDER  4 words per rule
 *      VCPU_CONTROL   address of the vCPU state
 *      PF_TRAMP_CONTROL  sub-operation in MR0 bits 16 and up
 *
 * The operation is the low 16 bits of MR0. Errors as in task.h.
 * Source: ABI.md section 1, section 3 "Thread start".
 */
#ifndef L4_SYS_THREAD_H
#define L4_SYS_THREAD_H

#include <l4/sys/__msg.h>
#include <l4/sys/scheduler.h> /* L4Re's C library pulls it in, too */

enum L4_thread_ops {
    L4_THREAD_CONTROL_OP = 0,
    L4_THREAD_EX_REGS_OP = 1,
    L4_THREAD_SWITCH_OP = 2,
    L4_THREAD_STATS_OP = 3,
    L4_THREAD_VCPU_RESUME_OP = 4,
    L4_THREAD_REGISTER_DELETE_IRQ_OP = 5,
    L4_THREAD_MODIFY_SENDER_OP = 6,
    L4_THREAD_VCPU_CONTROL_OP = 7,
    L4_THREAD_VCPU_CONTROL_EXT_OP = L4_THREAD_VCPU_CONTROL_OP | 0x10000,
    L4_THREAD_REGISTER_DOORBELL_IRQ_OP = 8,
    L4_THREAD_PF_TRAMP_CONTROL_OP = 9,
    L4_THREAD_X86_GDT_OP = 0x10,
    L4_THREAD_ARM_TPIDRURO_OP = 0x10,
    L4_THREAD_AMD64_SET_SEGMENT_BASE_OP = 0x12,
    L4_THREAD_AMD64_GET_SEGMENT_INFO_OP = 0x13,
    L4_THREAD_OPCODE_MASK = 0xffff,
};

/* Flags of CONTROL, in MR0. */
enum L4_thread_control_flags {
    L4_THREAD_CONTROL_SET_PAGER = 0x0010000,
    L4_THREAD_CONTROL_BIND_TASK = 0x0200000,
    L4_THREAD_CONTROL_ALIEN = 0x0400000,
    L4_THREAD_CONTROL_SET_EXC_HANDLER = 0x1000000,
};

/* Where CONTROL's parameters lie. */
enum L4_thread_control_mr_indices {
    L4_THREAD_CONTROL_MR_IDX_FLAGS = 0,
    L4_THREAD_CONTROL_MR_IDX_PAGER = 1,
    L4_THREAD_CONTROL_MR_IDX_EXC_HANDLER = 2,
    L4_THREAD_CONTROL_MR_IDX_FLAG_VALS = 4,
    L4_THREAD_CONTROL_MR_IDX_BIND_UTCB = 5,
    L4_THREAD_CONTROL_MR_IDX_BIND_TASK = 6, /* the item */
    L4_THREAD_CONTROL_WORDS = 6,
};

/* Flags of l4_thread_ex_regs(). */
enum L4_thread_ex_regs_flags {
    L4_THREAD_EX_REGS_CANCEL = 0x10000,            /* abort its IPC */
    L4_THREAD_EX_REGS_TRIGGER_EXCEPTION = 0x20000, /* exception IPC */
};
#define L4_THREAD_EX_REGS_ARCH_MASK 0xff000000ul

/* Sub-operations of PF_TRAMP_CONTROL. */
enum L4_thread_pf_tramp_ops {
    L4_THREAD_PF_TRAMP_SETUP = 0,
    L4_THREAD_PF_TRAMP_RESUME = 1,
    L4_THREAD_PF_TRAMP_REFLECT = 2,
    L4_THREAD_PF_TRAMP_DISABLE = 3,
    L4_THREAD_PF_TRAMP_ENABLE = 4,
    L4_THREAD_PF_TRAMP_SHIFT = 16,
};

/* ---- Registers and execution ---- */

/*
 * Sets a thread's ip and sp (~0: leave) and revives it if it was dead.
 * flags: L4_THREAD_EX_REGS_*. *ip, *sp, *flags: in new, out old values;
 * unchanged on error.
 */
L4_INLINE l4_msgtag_t l4_thread_ex_regs_ret_u(l4_cap_idx_t thread,
                                              l4_addr_t *ip, l4_addr_t *sp,
                                              l4_umword_t *flags, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_msgtag_t t = __l4_msg_call_op2(
        thread, L4_PROTO_THREAD, L4_THREAD_EX_REGS_OP | *flags, *ip, *sp, u);
    if (l4_error_u(t, u) < 0)
        return t;
    *flags = v->mr[0];
    *ip = v->mr[1];
    *sp = v->mr[2];
    return t;
}

L4_INLINE l4_msgtag_t l4_thread_ex_regs_u(l4_cap_idx_t thread, l4_addr_t ip,
                                          l4_addr_t sp, l4_umword_t flags,
                                          l4_utcb_t *u)
{
    return __l4_msg_call_op2(thread, L4_PROTO_THREAD,
                             L4_THREAD_EX_REGS_OP | flags, ip, sp, u);
}

/* Lets others of the same priority run first. */
L4_INLINE l4_msgtag_t l4_thread_yield(void)
{
    return l4_ipc_receive(L4_INVALID_CAP, l4_utcb(), L4_IPC_BOTH_TIMEOUT_0);
}

/* Gives the rest of the time slice to a thread that is ready here. */
L4_INLINE l4_msgtag_t l4_thread_switch_u(l4_cap_idx_t to_thread, l4_utcb_t *u)
{
    return __l4_msg_call_op(to_thread, L4_PROTO_THREAD, L4_THREAD_SWITCH_OP, u);
}

/* *us: CPU time the thread has used. */
L4_INLINE l4_msgtag_t l4_thread_stats_time_u(l4_cap_idx_t thread,
                                             l4_kernel_clock_t *us,
                                             l4_utcb_t *u)
{
    l4_msgtag_t t =
        __l4_msg_call_op(thread, L4_PROTO_THREAD, L4_THREAD_STATS_OP, u);
    if (l4_error_u(t, u) >= 0)
        *us = l4_utcb_mr_u(u)->mr64[l4_utcb_mr64_idx(0)];
    return t;
}

/* ---- Control: start, any of the setters, commit ---- */

L4_INLINE void l4_thread_control_start_u(l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[L4_THREAD_CONTROL_MR_IDX_FLAGS] = L4_THREAD_CONTROL_OP;
    v->mr[L4_THREAD_CONTROL_MR_IDX_FLAG_VALS] = 0;
}

/* pager: a selector of the thread's own task. */
L4_INLINE void l4_thread_control_pager_u(l4_cap_idx_t pager, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[L4_THREAD_CONTROL_MR_IDX_FLAGS] |= L4_THREAD_CONTROL_SET_PAGER;
    v->mr[L4_THREAD_CONTROL_MR_IDX_PAGER] = pager;
}

/* exc_handler: a selector of the thread's own task. */
L4_INLINE void l4_thread_control_exc_handler_u(l4_cap_idx_t exc_handler,
                                               l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[L4_THREAD_CONTROL_MR_IDX_FLAGS] |= L4_THREAD_CONTROL_SET_EXC_HANDLER;
    v->mr[L4_THREAD_CONTROL_MR_IDX_EXC_HANDLER] = exc_handler;
}

/* Puts the thread into `task` for good; thread_utcb lies in the task's
 * kernel-user memory. */
L4_INLINE void l4_thread_control_bind_u(l4_utcb_t *thread_utcb,
                                        l4_cap_idx_t task, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[L4_THREAD_CONTROL_MR_IDX_FLAGS] |= L4_THREAD_CONTROL_BIND_TASK;
    v->mr[L4_THREAD_CONTROL_MR_IDX_BIND_UTCB] = (l4_addr_t)thread_utcb;
    __l4_msg_put_obj(v, L4_THREAD_CONTROL_MR_IDX_BIND_TASK, task);
}

/* on != 0: every system call of the thread becomes an exception first. */
L4_INLINE void l4_thread_control_alien_u(l4_utcb_t *u, int on)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[L4_THREAD_CONTROL_MR_IDX_FLAGS] |= L4_THREAD_CONTROL_ALIEN;
    if (on)
        v->mr[L4_THREAD_CONTROL_MR_IDX_FLAG_VALS] |= L4_THREAD_CONTROL_ALIEN;
}

/* Carries out what was collected; the capability needs S. -L4_EINVAL: bound
 * already, or a task without threads; -L4_ENOSYS: no aliens here. */
L4_INLINE l4_msgtag_t l4_thread_control_commit_u(l4_cap_idx_t thread,
                                                 l4_utcb_t *u)
{
    l4_umword_t flags = l4_utcb_mr_u(u)->mr[L4_THREAD_CONTROL_MR_IDX_FLAGS];
    unsigned items = (flags & L4_THREAD_CONTROL_BIND_TASK) ? 1 : 0;
    return __l4_msg_call(thread, L4_PROTO_THREAD, L4_THREAD_CONTROL_WORDS,
                         items, u);
}

/* ---- vCPU ---- */

/* Begins the message of a resume; items to map may be added to the tag. */
L4_INLINE l4_msgtag_t l4_thread_vcpu_resume_start_u(l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = L4_THREAD_VCPU_RESUME_OP;
    return l4_msgtag(L4_PROTO_THREAD, 1, 0, 0);
}

/* Resumes the vCPU as its state says. Returns only to say why not (label
 * < 0), or, without user task, that a message is pending. */
L4_INLINE l4_msgtag_t l4_thread_vcpu_resume_commit_u(l4_cap_idx_t thread,
                                                     l4_msgtag_t tag,
                                                     l4_utcb_t *u)
{
    return l4_ipc_call(thread, u, tag, L4_IPC_NEVER);
}

/* Makes the thread a vCPU with its state at vcpu_state (kernel-user memory,
 * size L4_VCPU_STATE_SIZE). */
L4_INLINE l4_msgtag_t l4_thread_vcpu_control_u(l4_cap_idx_t thread,
                                               l4_addr_t vcpu_state,
                                               l4_utcb_t *u)
{
    return __l4_msg_call_op1(thread, L4_PROTO_THREAD, L4_THREAD_VCPU_CONTROL_OP,
                             vcpu_state, u);
}

/* With hardware virtualisation (a whole page of state). */
L4_INLINE l4_msgtag_t l4_thread_vcpu_control_ext_u(l4_cap_idx_t thread,
                                                   l4_addr_t ext_vcpu_state,
                                                   l4_utcb_t *u)
{
    return __l4_msg_call_op1(thread, L4_PROTO_THREAD,
                             L4_THREAD_VCPU_CONTROL_EXT_OP, ext_vcpu_state, u);
}

/* ---- Notifications ---- */

/* `irq` (needs W) is triggered when a gate bound to the thread is deleted.
 * -L4_EBUSY: there is one already. */
L4_INLINE l4_msgtag_t l4_thread_register_del_irq_u(l4_cap_idx_t thread,
                                                   l4_cap_idx_t irq,
                                                   l4_utcb_t *u)
{
    return __l4_msg_call_op_obj(thread, L4_PROTO_THREAD,
                                L4_THREAD_REGISTER_DELETE_IRQ_OP, irq, u);
}

/* `irq` is triggered when an event for the vCPU arrives while it runs
 * elsewhere. */
L4_INLINE l4_msgtag_t l4_thread_register_doorbell_irq_u(l4_cap_idx_t thread,
                                                        l4_cap_idx_t irq,
                                                        l4_utcb_t *u)
{
    return __l4_msg_call_op_obj(thread, L4_PROTO_THREAD,
                                L4_THREAD_REGISTER_DOORBELL_IRQ_OP, irq, u);
}

/* ---- Changing the labels of senders that already wait ---- */

L4_INLINE l4_msgtag_t l4_thread_modify_sender_start_u(l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = L4_THREAD_MODIFY_SENDER_OP;
    return l4_msgtag(L4_PROTO_THREAD, 1, 0, 0);
}

/*
 * Adds a rule: if (label & match_mask) == match, the label becomes
 * (label & ~del_bits) | add_bits. 0, or -L4_ENOMEM: message full.
 */
L4_INLINE int l4_thread_modify_sender_add_u(l4_umword_t match_mask,
                                            l4_umword_t match,
                                            l4_umword_t del_bits,
                                            l4_umword_t add_bits,
                                            l4_msgtag_t *tag, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    unsigned w = l4_msgtag_words(*tag);
    if (w + 4 > L4_UTCB_GENERIC_DATA_SIZE)
        return -L4_ENOMEM;
    v->mr[w] = match_mask;
    v->mr[w + 1] = match;
    v->mr[w + 2] = del_bits;
    v->mr[w + 3] = add_bits;
    *tag = l4_msgtag(L4_PROTO_THREAD, w + 4, 0, 0);
    return 0;
}

/* -L4_EINVAL: thread on another CPU. */
L4_INLINE l4_msgtag_t l4_thread_modify_sender_commit_u(l4_cap_idx_t thread,
                                                       l4_msgtag_t tag,
                                                       l4_utcb_t *u)
{
    return l4_ipc_call(thread, u, tag, L4_IPC_NEVER);
}

/* ---- Page-fault trampoline: a fault handled in the thread itself ---- */

/* Internal: MR0 of a sub-operation. */
L4_INLINE L4_CONST l4_umword_t
__l4_thread_pf_tramp_op(enum L4_thread_pf_tramp_ops sub)
{
    return L4_THREAD_PF_TRAMP_CONTROL_OP |
           ((l4_umword_t)sub << L4_THREAD_PF_TRAMP_SHIFT);
}

/* pf_tramp_state: kernel-user memory of the thread's task. */
L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_setup_u(l4_cap_idx_t thread,
                                                      l4_addr_t pf_tramp_state,
                                                      l4_utcb_t *u)
{
    return __l4_msg_call_op1(thread, L4_PROTO_THREAD,
                             __l4_thread_pf_tramp_op(L4_THREAD_PF_TRAMP_SETUP),
                             pf_tramp_state, u);
}

/* Goes on where the fault was. */
L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_resume_u(l4_cap_idx_t thread,
                                                       l4_utcb_t *u)
{
    return __l4_msg_call_op(thread, L4_PROTO_THREAD,
                            __l4_thread_pf_tramp_op(L4_THREAD_PF_TRAMP_RESUME),
                            u);
}

/* Hands the fault to the pager after all. */
L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_reflect_u(l4_cap_idx_t thread,
                                                        l4_utcb_t *u)
{
    return __l4_msg_call_op(thread, L4_PROTO_THREAD,
                            __l4_thread_pf_tramp_op(L4_THREAD_PF_TRAMP_REFLECT),
                            u);
}

/* *was_enabled (may be NULL): the label of the reply, 0 or 1. */
L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_disable_u(l4_cap_idx_t thread,
                                                        int *was_enabled,
                                                        l4_utcb_t *u)
{
    l4_msgtag_t t = __l4_msg_call_op(
        thread, L4_PROTO_THREAD,
        __l4_thread_pf_tramp_op(L4_THREAD_PF_TRAMP_DISABLE), u);
    if (was_enabled && l4_error_u(t, u) >= 0)
        *was_enabled = l4_msgtag_label(t) != 0;
    return t;
}

L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_enable_u(l4_cap_idx_t thread,
                                                       l4_utcb_t *u)
{
    return __l4_msg_call_op(thread, L4_PROTO_THREAD,
                            __l4_thread_pf_tramp_op(L4_THREAD_PF_TRAMP_ENABLE),
                            u);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_thread_ex_regs_ret(l4_cap_idx_t thread, l4_addr_t *ip,
                                            l4_addr_t *sp, l4_umword_t *flags)
{
    return l4_thread_ex_regs_ret_u(thread, ip, sp, flags, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_ex_regs(l4_cap_idx_t thread, l4_addr_t ip,
                                        l4_addr_t sp, l4_umword_t flags)
{
    return l4_thread_ex_regs_u(thread, ip, sp, flags, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_switch(l4_cap_idx_t to_thread)
{
    return l4_thread_switch_u(to_thread, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_stats_time(l4_cap_idx_t thread,
                                           l4_kernel_clock_t *us)
{
    return l4_thread_stats_time_u(thread, us, l4_utcb());
}

L4_INLINE void l4_thread_control_start(void)
{
    l4_thread_control_start_u(l4_utcb());
}

L4_INLINE void l4_thread_control_pager(l4_cap_idx_t pager)
{
    l4_thread_control_pager_u(pager, l4_utcb());
}

L4_INLINE void l4_thread_control_exc_handler(l4_cap_idx_t exc_handler)
{
    l4_thread_control_exc_handler_u(exc_handler, l4_utcb());
}

L4_INLINE void l4_thread_control_bind(l4_utcb_t *thread_utcb, l4_cap_idx_t task)
{
    l4_thread_control_bind_u(thread_utcb, task, l4_utcb());
}

L4_INLINE void l4_thread_control_alien(int on)
{
    l4_thread_control_alien_u(l4_utcb(), on);
}

L4_INLINE l4_msgtag_t l4_thread_control_commit(l4_cap_idx_t thread)
{
    return l4_thread_control_commit_u(thread, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_vcpu_resume_start(void)
{
    return l4_thread_vcpu_resume_start_u(l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_vcpu_resume_commit(l4_cap_idx_t thread,
                                                   l4_msgtag_t tag)
{
    return l4_thread_vcpu_resume_commit_u(thread, tag, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_vcpu_control(l4_cap_idx_t thread,
                                             l4_addr_t vcpu_state)
{
    return l4_thread_vcpu_control_u(thread, vcpu_state, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_vcpu_control_ext(l4_cap_idx_t thread,
                                                 l4_addr_t ext_vcpu_state)
{
    return l4_thread_vcpu_control_ext_u(thread, ext_vcpu_state, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_register_del_irq(l4_cap_idx_t thread,
                                                 l4_cap_idx_t irq)
{
    return l4_thread_register_del_irq_u(thread, irq, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_register_doorbell_irq(l4_cap_idx_t thread,
                                                      l4_cap_idx_t irq)
{
    return l4_thread_register_doorbell_irq_u(thread, irq, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_modify_sender_start(void)
{
    return l4_thread_modify_sender_start_u(l4_utcb());
}

L4_INLINE int l4_thread_modify_sender_add(l4_umword_t match_mask,
                                          l4_umword_t match,
                                          l4_umword_t del_bits,
                                          l4_umword_t add_bits,
                                          l4_msgtag_t *tag)
{
    return l4_thread_modify_sender_add_u(match_mask, match, del_bits, add_bits,
                                         tag, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_modify_sender_commit(l4_cap_idx_t thread,
                                                     l4_msgtag_t tag)
{
    return l4_thread_modify_sender_commit_u(thread, tag, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_setup(l4_cap_idx_t thread,
                                                    l4_addr_t pf_tramp_state)
{
    return l4_thread_pf_trampoline_setup_u(thread, pf_tramp_state, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_resume(l4_cap_idx_t thread)
{
    return l4_thread_pf_trampoline_resume_u(thread, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_reflect(l4_cap_idx_t thread)
{
    return l4_thread_pf_trampoline_reflect_u(thread, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_disable(l4_cap_idx_t thread,
                                                      int *was_enabled)
{
    return l4_thread_pf_trampoline_disable_u(thread, was_enabled, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_pf_trampoline_enable(l4_cap_idx_t thread)
{
    return l4_thread_pf_trampoline_enable_u(thread, l4_utcb());
}

#if defined(__aarch64__)
#include <l4/sys/arch/arm64/thread.h>
#elif defined(__riscv)
#include <l4/sys/arch/riscv/thread.h>
#endif

#endif
