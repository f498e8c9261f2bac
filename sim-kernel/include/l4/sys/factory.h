/*
 * Factory: creates kernel objects and charges them to its memory quota.
 *
 * Protocol L4_PROTO_FACTORY. MR0 is the protocol of what is wanted; then
 * come arguments, each a descriptor and its value:
 *
 *      MR0      MR1                MR2     MR3 ...
 *      protocol type | bytes << 16 value   next argument
 *
 * The new capability is received into the slot that BR0 names. Any server
 * may offer this protocol; L4Re's memory allocator does.
 *
 * Errors, as the reply's label: -L4_EPERM the factory lacks S; -L4_ENODEV
 * unknown protocol; -L4_ENOMEM quota used up; -L4_EINVAL bad argument;
 * -L4_EMSGTOOSHORT argument missing. On error the slot keeps what it held.
 * Source: ABI.md section 1.
 */
#ifndef L4_SYS_FACTORY_H
#define L4_SYS_FACTORY_H

#include <l4/sys/__msg.h>

/* ---- Any object: start, add arguments, commit ---- */

/* Begins a request for an object of protocol `obj`; the capability is to go
 * to `target`. BDR and BR0 are set. */
L4_INLINE l4_msgtag_t l4_factory_create_start_u(long obj, l4_cap_idx_t target,
                                                l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = (l4_umword_t)obj;
    l4_utcb_br_u(u)->bdr = 0;
    l4_utcb_br_u(u)->br[0] =
        (target & ~(l4_umword_t)(L4_CAP_SIZE - 1)) | L4_RCV_ITEM_SINGLE_CAP;
    return l4_msgtag(L4_PROTO_FACTORY, 1, 0, 0);
}

/* Internal: adds an argument of one word; 1, or 0: message full. */
L4_INLINE int __l4_factory_add_word_u(enum l4_varg_type type, l4_umword_t value,
                                      l4_msgtag_t *tag, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    unsigned w = l4_msgtag_words(*tag);
    if (w + 2 > L4_UTCB_GENERIC_DATA_SIZE)
        return 0;
    v->mr[w] = type | (sizeof(l4_umword_t) << L4_VARG_SIZE_SHIFT);
    v->mr[w + 1] = value;
    *tag = l4_msgtag(L4_PROTO_FACTORY, w + 2, 0, 0);
    return 1;
}

/* The add functions return 1, or 0 when the message is full. */
L4_INLINE int l4_factory_create_add_fpage_u(l4_fpage_t d, l4_msgtag_t *tag,
                                            l4_utcb_t *u)
{
    return __l4_factory_add_word_u(L4_VARG_TYPE_FPAGE, d.raw, tag, u);
}

L4_INLINE int l4_factory_create_add_int_u(l4_mword_t d, l4_msgtag_t *tag,
                                          l4_utcb_t *u)
{
    return __l4_factory_add_word_u(L4_VARG_TYPE_MWORD, (l4_umword_t)d, tag, u);
}

L4_INLINE int l4_factory_create_add_uint_u(l4_umword_t d, l4_msgtag_t *tag,
                                           l4_utcb_t *u)
{
    return __l4_factory_add_word_u(L4_VARG_TYPE_UMWORD, d, tag, u);
}

/* A text of len bytes, in as many words as it needs. */
L4_INLINE int l4_factory_create_add_lstr_u(char const *s, unsigned len,
                                           l4_msgtag_t *tag, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    unsigned w = l4_msgtag_words(*tag);
    unsigned size = l4_bytes_to_mwords(len);
    if (len > sizeof(v->mr) || w + 1 + size > L4_UTCB_GENERIC_DATA_SIZE)
        return 0;
    v->mr[w] = L4_VARG_TYPE_STRING | ((l4_umword_t)len << L4_VARG_SIZE_SHIFT);
    if (size)
        v->mr[w + size] = 0; /* what pads the last word is defined */
    __builtin_memcpy(&v->mr[w + 1], s, len);
    *tag = l4_msgtag(L4_PROTO_FACTORY, w + 1 + size, 0, 0);
    return 1;
}

/* A text with its terminating zero. */
L4_INLINE int l4_factory_create_add_str_u(char const *s, l4_msgtag_t *tag,
                                          l4_utcb_t *u)
{
    return l4_factory_create_add_lstr_u(s, (unsigned)__builtin_strlen(s) + 1,
                                        tag, u);
}

/* An empty argument: "the default, please". */
L4_INLINE int l4_factory_create_add_nil_u(l4_msgtag_t *tag, l4_utcb_t *u)
{
    unsigned w = l4_msgtag_words(*tag);
    if (w + 1 > L4_UTCB_GENERIC_DATA_SIZE)
        return 0;
    l4_utcb_mr_u(u)->mr[w] = L4_VARG_TYPE_NIL;
    *tag = l4_msgtag(L4_PROTO_FACTORY, w + 1, 0, 0);
    return 1;
}

/* Sends the request. */
L4_INLINE l4_msgtag_t l4_factory_create_commit_u(l4_cap_idx_t factory,
                                                 l4_msgtag_t tag, l4_utcb_t *u)
{
    return l4_ipc_call(factory, u, tag, L4_IPC_NEVER);
}

/* An object of protocol `obj` without arguments. */
L4_INLINE l4_msgtag_t l4_factory_create_u(l4_cap_idx_t factory, long obj,
                                          l4_cap_idx_t target, l4_utcb_t *u)
{
    l4_msgtag_t t = l4_factory_create_start_u(obj, target, u);
    return l4_factory_create_commit_u(factory, t, u);
}

/* Internal: an object with one number. */
L4_INLINE l4_msgtag_t __l4_factory_create_uint_u(l4_cap_idx_t factory, long obj,
                                                 l4_cap_idx_t target,
                                                 l4_umword_t value,
                                                 l4_utcb_t *u)
{
    l4_msgtag_t t = l4_factory_create_start_u(obj, target, u);
    l4_factory_create_add_uint_u(value, &t, u);
    return l4_factory_create_commit_u(factory, t, u);
}

/* ---- Kernel objects ---- */

/*
 * A task with kernel-user memory for UTCBs at *utcb_area (order >= 12;
 * l4_fpage_invalid(): none yet); on success *utcb_area is what it became.
 */
L4_INLINE l4_msgtag_t l4_factory_create_task_u(l4_cap_idx_t factory,
                                               l4_cap_idx_t target_cap,
                                               l4_fpage_t *utcb_area,
                                               l4_utcb_t *u)
{
    l4_msgtag_t t = l4_factory_create_start_u(L4_PROTO_TASK, target_cap, u);
    l4_factory_create_add_fpage_u(*utcb_area, &t, u);
    t = l4_factory_create_commit_u(factory, t, u);
    if (l4_error_u(t, u) >= 0 && l4_msgtag_words(t) > 0)
        utcb_area->raw = l4_utcb_mr_u(u)->mr[0];
    return t;
}

L4_INLINE l4_msgtag_t l4_factory_create_thread_u(l4_cap_idx_t factory,
                                                 l4_cap_idx_t target_cap,
                                                 l4_utcb_t *u)
{
    return l4_factory_create_u(factory, L4_PROTO_THREAD, target_cap, u);
}

/* A factory whose objects may use `limit` bytes, out of this one's quota. */
L4_INLINE l4_msgtag_t l4_factory_create_factory_u(l4_cap_idx_t factory,
                                                  l4_cap_idx_t target_cap,
                                                  unsigned long limit,
                                                  l4_utcb_t *u)
{
    return __l4_factory_create_uint_u(factory, L4_PROTO_FACTORY, target_cap,
                                      limit, u);
}

/*
 * An IPC gate that delivers to thread (or thread group) snd_dst_cap with
 * `label` (low two bits 0: they carry rights); L4_INVALID_CAP: unbound.
 */
L4_INLINE l4_msgtag_t l4_factory_create_gate_u(l4_cap_idx_t factory,
                                               l4_cap_idx_t target_cap,
                                               l4_cap_idx_t snd_dst_cap,
                                               l4_umword_t label, l4_utcb_t *u)
{
    l4_msgtag_t t = l4_factory_create_start_u(L4_PROTO_NONE, target_cap, u);
    l4_factory_create_add_uint_u(label, &t, u);
    if (l4_is_valid_cap(snd_dst_cap)) {
        unsigned w = l4_msgtag_words(t);
        __l4_msg_put_obj(l4_utcb_mr_u(u), w, snd_dst_cap);
        t = l4_msgtag(L4_PROTO_FACTORY, w, 1, 0);
    }
    return l4_factory_create_commit_u(factory, t, u);
}

L4_INLINE l4_msgtag_t l4_factory_create_irq_u(l4_cap_idx_t factory,
                                              l4_cap_idx_t target_cap,
                                              l4_utcb_t *u)
{
    return l4_factory_create_u(factory, L4_PROTO_IRQ_SENDER, target_cap, u);
}

L4_INLINE l4_msgtag_t l4_factory_create_vm_u(l4_cap_idx_t factory,
                                             l4_cap_idx_t target_cap,
                                             l4_utcb_t *u)
{
    return l4_factory_create_u(factory, L4_PROTO_VM, target_cap, u);
}

L4_INLINE l4_msgtag_t l4_factory_create_vcpu_context_u(l4_cap_idx_t factory,
                                                       l4_cap_idx_t target_cap,
                                                       l4_utcb_t *u)
{
    return l4_factory_create_u(factory, L4_PROTO_VCPU_CONTEXT, target_cap, u);
}

/* policy: L4_THREAD_GROUP_POLICY_* (thread_group.h). */
L4_INLINE l4_msgtag_t l4_factory_create_thread_group_u(l4_cap_idx_t factory,
                                                       l4_cap_idx_t target_cap,
                                                       unsigned policy,
                                                       l4_utcb_t *u)
{
    return __l4_factory_create_uint_u(factory, L4_PROTO_THREAD_GROUP,
                                      target_cap, policy, u);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_factory_create_start(long obj, l4_cap_idx_t target)
{
    return l4_factory_create_start_u(obj, target, l4_utcb());
}

L4_INLINE int l4_factory_create_add_fpage(l4_fpage_t d, l4_msgtag_t *tag)
{
    return l4_factory_create_add_fpage_u(d, tag, l4_utcb());
}

L4_INLINE int l4_factory_create_add_int(l4_mword_t d, l4_msgtag_t *tag)
{
    return l4_factory_create_add_int_u(d, tag, l4_utcb());
}

L4_INLINE int l4_factory_create_add_uint(l4_umword_t d, l4_msgtag_t *tag)
{
    return l4_factory_create_add_uint_u(d, tag, l4_utcb());
}

L4_INLINE int l4_factory_create_add_str(char const *s, l4_msgtag_t *tag)
{
    return l4_factory_create_add_str_u(s, tag, l4_utcb());
}

L4_INLINE int l4_factory_create_add_lstr(char const *s, unsigned len,
                                         l4_msgtag_t *tag)
{
    return l4_factory_create_add_lstr_u(s, len, tag, l4_utcb());
}

L4_INLINE int l4_factory_create_add_nil(l4_msgtag_t *tag)
{
    return l4_factory_create_add_nil_u(tag, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_commit(l4_cap_idx_t factory,
                                               l4_msgtag_t tag)
{
    return l4_factory_create_commit_u(factory, tag, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create(l4_cap_idx_t factory, long obj,
                                        l4_cap_idx_t target)
{
    return l4_factory_create_u(factory, obj, target, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_task(l4_cap_idx_t factory,
                                             l4_cap_idx_t target_cap,
                                             l4_fpage_t *utcb_area)
{
    return l4_factory_create_task_u(factory, target_cap, utcb_area, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_thread(l4_cap_idx_t factory,
                                               l4_cap_idx_t target_cap)
{
    return l4_factory_create_thread_u(factory, target_cap, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_factory(l4_cap_idx_t factory,
                                                l4_cap_idx_t target_cap,
                                                unsigned long limit)
{
    return l4_factory_create_factory_u(factory, target_cap, limit, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_gate(l4_cap_idx_t factory,
                                             l4_cap_idx_t target_cap,
                                             l4_cap_idx_t snd_dst_cap,
                                             l4_umword_t label)
{
    return l4_factory_create_gate_u(factory, target_cap, snd_dst_cap, label,
                                    l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_irq(l4_cap_idx_t factory,
                                            l4_cap_idx_t target_cap)
{
    return l4_factory_create_irq_u(factory, target_cap, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_vm(l4_cap_idx_t factory,
                                           l4_cap_idx_t target_cap)
{
    return l4_factory_create_vm_u(factory, target_cap, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_vcpu_context(l4_cap_idx_t factory,
                                                     l4_cap_idx_t target_cap)
{
    return l4_factory_create_vcpu_context_u(factory, target_cap, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_factory_create_thread_group(l4_cap_idx_t factory,
                                                     l4_cap_idx_t target_cap,
                                                     unsigned policy)
{
    return l4_factory_create_thread_group_u(factory, target_cap, policy,
                                            l4_utcb());
}

/* ---- Before 2024-07: the flexpage by value; what it became is lost ---- */

L4_INLINE l4_msgtag_t __l4_factory_create_task_val_u(l4_cap_idx_t factory,
                                                     l4_cap_idx_t target_cap,
                                                     l4_fpage_t utcb_area,
                                                     l4_utcb_t *u)
{
    return l4_factory_create_task_u(factory, target_cap, &utcb_area, u);
}

L4_INLINE l4_msgtag_t __l4_factory_create_task_val(l4_cap_idx_t factory,
                                                   l4_cap_idx_t target_cap,
                                                   l4_fpage_t utcb_area)
{
    return l4_factory_create_task_u(factory, target_cap, &utcb_area, l4_utcb());
}

#ifndef __cplusplus
/* Both spellings work: the type of the argument chooses. */
#define l4_factory_create_task(factory, target, area)                          \
    _Generic((area), l4_fpage_t                                                \
             : __l4_factory_create_task_val, default                           \
             : l4_factory_create_task)(factory, target, area)
#define l4_factory_create_task_u(factory, target, area, utcb)                  \
    _Generic((area), l4_fpage_t                                                \
             : __l4_factory_create_task_val_u, default                         \
             : l4_factory_create_task_u)(factory, target, area, utcb)
#endif

#endif
