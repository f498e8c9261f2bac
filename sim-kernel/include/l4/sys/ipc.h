/*
 * The one system call, and the forms of it that programs use.
 *
 *      send            dest        message ->
 *      receive         dest                 <- message of that partner
 *      call            dest        message -> <- answer, atomically
 *      wait            (anybody)            <- message, label tells who
 *      reply_and_wait  the caller  answer ->  <- next request
 *      send_and_wait   dest        message -> <- next request
 *
 * The message lies in the UTCB: `words` message registers, then `items` of
 * two words each. dest may name a kernel object: then the kernel answers.
 *
 * Every function returns the result tag: of the received message, or, when
 * only sending, label 0. If l4_msgtag_has_error() the code is in the UTCB:
 * l4_ipc_error() gives it (L4_IPC_*). `timeout` holds for both phases; it
 * does not run while the partner works on a kernel object's behalf.
 *
 * Source: ABI.md section 1, section 3 "IPC".
 */
#ifndef L4_SYS_IPC_H
#define L4_SYS_IPC_H

#include <l4/sys/__ipc_error.h>
#include <l4/sys/types.h>
#include <l4/sys/utcb.h>

#if defined(__x86_64__)
#include <l4/sys/arch/amd64/syscall.h>
#elif defined(__aarch64__)
#include <l4/sys/arch/arm64/syscall.h>
#elif defined(__riscv)
#include <l4/sys/arch/riscv/syscall.h>
#else
#error "this architecture has no <l4/sys/arch/.../syscall.h>"
#endif

/*
 * The system call itself. dest: selector; flags: L4_SYSF_*; slabel: only
 * looked at with L4_MSGTAG_PROPAGATE (not supported), else 0; rlabel: where
 * the label of the partner goes, or NULL; utcb: the calling thread's, which
 * the kernel knows anyway.
 */
L4_INLINE l4_msgtag_t l4_ipc(l4_cap_idx_t dest, l4_utcb_t *utcb,
                             l4_umword_t flags, l4_umword_t slabel,
                             l4_msgtag_t tag, l4_umword_t *rlabel,
                             l4_timeout_t timeout)
{
    l4_umword_t label = slabel;
    (void)utcb;
    tag.raw = (l4_mword_t)__l4_arch_syscall((l4_umword_t)tag.raw, dest | flags,
                                            timeout.raw, &label);
    if (rlabel)
        *rlabel = label;
    return tag;
}

L4_INLINE l4_msgtag_t l4_ipc_send(l4_cap_idx_t dest, l4_utcb_t *utcb,
                                  l4_msgtag_t tag, l4_timeout_t timeout)
{
    return l4_ipc(dest, utcb, L4_SYSF_SEND, 0, tag, 0, timeout);
}

/* Receives from one partner; with L4_INVALID_CAP: sleeps. */
L4_INLINE l4_msgtag_t l4_ipc_receive(l4_cap_idx_t object, l4_utcb_t *utcb,
                                     l4_timeout_t timeout)
{
    return l4_ipc(object, utcb, L4_SYSF_RECV, 0, l4_msgtag(0, 0, 0, 0), 0,
                  timeout);
}

/* Sends, then receives the answer; no message can be missed in between. */
L4_INLINE l4_msgtag_t l4_ipc_call(l4_cap_idx_t object, l4_utcb_t *utcb,
                                  l4_msgtag_t tag, l4_timeout_t timeout)
{
    return l4_ipc(object, utcb, L4_SYSF_CALL, 0, tag, 0, timeout);
}

/* *label: the label of the gate or IRQ it came through (low two bits: S and
 * W right of the sender's capability). */
L4_INLINE l4_msgtag_t l4_ipc_wait(l4_utcb_t *utcb, l4_umword_t *label,
                                  l4_timeout_t timeout)
{
    return l4_ipc(L4_INVALID_CAP, utcb, L4_SYSF_WAIT, 0, l4_msgtag(0, 0, 0, 0),
                  label, timeout);
}

/*
 * Answers the caller in slot reply_cap; L4_INVALID_REPLY_CAP: the implicit
 * one. An open wait (L4_SYSF_WAIT by l4_ipc()) whose dest is such a selector,
 * index << L4_CAP_SHIFT | L4_REPLY_CAP_BIT, index 0..4095, keeps its caller in
 * that slot; so does reply and wait, in the slot it has just answered. A call
 * ends with L4_IPC_NO_REPLY_CAP if the slot is taken, does not exist or has
 * no memory (the server's task is charged).
 */
L4_INLINE l4_msgtag_t l4_ipc_reply(l4_cap_idx_t reply_cap, l4_utcb_t *utcb,
                                   l4_msgtag_t tag, l4_timeout_t timeout)
{
    return l4_ipc(reply_cap, utcb, L4_SYSF_SEND | L4_SYSF_REPLY, 0, tag, 0,
                  timeout);
}

/* Answers the last caller and waits for the next request: a server's loop.
 * A caller that does not wait any more makes the send phase fail. */
L4_INLINE l4_msgtag_t l4_ipc_reply_and_wait(l4_utcb_t *utcb, l4_msgtag_t tag,
                                            l4_umword_t *label,
                                            l4_timeout_t timeout)
{
    return l4_ipc(L4_INVALID_CAP, utcb, L4_SYSF_REPLY_AND_WAIT, 0, tag, label,
                  timeout);
}

L4_INLINE l4_msgtag_t l4_ipc_send_and_wait(l4_cap_idx_t dest, l4_utcb_t *utcb,
                                           l4_msgtag_t tag, l4_umword_t *label,
                                           l4_timeout_t timeout)
{
    return l4_ipc(dest, utcb, L4_SYSF_SEND_AND_WAIT, 0, tag, label, timeout);
}

/* Periodic scheduling is not supported: the same as l4_ipc_wait(). */
L4_INLINE l4_msgtag_t l4_ipc_wait_next_period(l4_utcb_t *utcb,
                                              l4_umword_t *label,
                                              l4_timeout_t timeout)
{
    return l4_ipc_wait(utcb, label, timeout);
}

/* ---- Results ---- */

/* The IPC error code (L4_IPC_*), or 0 when the IPC went well. */
L4_INLINE l4_umword_t l4_ipc_error(l4_msgtag_t tag, l4_utcb_t *utcb)
{
    if (!l4_msgtag_has_error(tag))
        return 0;
    return l4_utcb_tcr_u(utcb)->error & L4_IPC_ERROR_MASK;
}

/* As a number to return: -(2000 + code). */
L4_INLINE L4_CONST l4_ret_t l4_ipc_to_errno(unsigned long ipc_error_code)
{
    return -(L4_EIPC_LO + (l4_ret_t)ipc_error_code);
}

/* Result of a call: -(2000 + code) if the IPC failed, else the label, which
 * is negative for an error the partner reports. */
L4_INLINE l4_ret_t l4_error_u(l4_msgtag_t tag, l4_utcb_t *utcb)
{
    if (l4_msgtag_has_error(tag))
        return l4_ipc_to_errno(l4_ipc_error(tag, utcb));
    return l4_msgtag_label(tag);
}

L4_INLINE l4_ret_t l4_error(l4_msgtag_t tag)
{
    return l4_error_u(tag, l4_utcb());
}

/* Did the send phase of the failed IPC fail? */
L4_INLINE int l4_ipc_is_snd_error(l4_utcb_t *utcb)
{
    return (l4_utcb_tcr_u(utcb)->error & L4_IPC_SND_ERR_MASK) == 0;
}

L4_INLINE int l4_ipc_is_rcv_error(l4_utcb_t *utcb)
{
    return l4_utcb_tcr_u(utcb)->error & L4_IPC_SND_ERR_MASK;
}

/* The code of the failed IPC without looking at a tag. */
L4_INLINE int l4_ipc_error_code(l4_utcb_t *utcb)
{
    return l4_utcb_tcr_u(utcb)->error & L4_IPC_ERROR_MASK;
}

/* ---- Sleeping ---- */

/* Waits for the receive part of timeout to pass. Ends with L4_IPC_RETIMEOUT
 * or, by l4_thread_ex_regs(), L4_IPC_RECANCELED. */
L4_INLINE l4_msgtag_t l4_ipc_sleep(l4_timeout_t timeout)
{
    return l4_ipc_receive(L4_INVALID_CAP, l4_utcb(), timeout);
}

L4_INLINE l4_msgtag_t l4_ipc_sleep_us(l4_uint64_t us)
{
    return l4_ipc_sleep(
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(us)));
}

L4_INLINE l4_msgtag_t l4_ipc_sleep_ms(l4_uint32_t ms)
{
    return l4_ipc_sleep_us((l4_uint64_t)ms * 1000);
}

/* ---- Building messages ---- */

/*
 * Appends a send item to the message described by *tag: snd_fpage with hot
 * spot and attributes snd_base (l4_map_control()), and counts it in *tag.
 * Returns 0, or -L4_ENOMEM when the message registers are full (nothing
 * changed).
 */
L4_INLINE int l4_sndfpage_add_u(l4_fpage_t const snd_fpage,
                                unsigned long snd_base, l4_msgtag_t *tag,
                                l4_utcb_t *utcb)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(utcb);
    unsigned items = l4_msgtag_items(*tag);
    unsigned i = l4_msgtag_words(*tag) + 2 * items;
    if (i + 2 > L4_UTCB_GENERIC_DATA_SIZE)
        return -L4_ENOMEM;
    v->mr[i] = snd_base | L4_ITEM_MAP | L4_ITEM_CONT;
    v->mr[i + 1] = snd_fpage.raw;
    *tag = l4_msgtag(l4_msgtag_label(*tag), l4_msgtag_words(*tag), items + 1,
                     l4_msgtag_flags(*tag));
    return 0;
}

L4_INLINE int l4_sndfpage_add(l4_fpage_t const snd_fpage,
                              unsigned long snd_base, l4_msgtag_t *tag)
{
    return l4_sndfpage_add_u(snd_fpage, snd_base, tag, l4_utcb());
}

#endif
