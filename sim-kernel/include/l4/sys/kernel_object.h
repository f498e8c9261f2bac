/*
 * What every kernel object can do: say which protocols it speaks, and count
 * its references. And how the debugger is asked about an object.
 *
 *      L4_PROTO_KOBJECT  DEC_REFCNT difference
 *      L4_PROTO_META     SUPPORTS protocol   -> label 1 or 0
 *
 * Source: ABI.md section 1, "Kobject base".
 */
#ifndef L4_SYS_KERNEL_OBJECT_H
#define L4_SYS_KERNEL_OBJECT_H

#include <l4/sys/__msg.h>
#include <l4/sys/meta.h>

enum L4_kobject_op {
    L4_KOBJECT_OP_DEC_REFCNT = 0,
};

/* Takes `diff` counted references off an object without giving up a
 * capability (a server that holds itself by weak ones). */
L4_INLINE l4_msgtag_t l4_kobject_dec_refcnt_u(l4_cap_idx_t obj, l4_mword_t diff,
                                              l4_utcb_t *u)
{
    return __l4_msg_call_op1(obj, L4_PROTO_KOBJECT, L4_KOBJECT_OP_DEC_REFCNT,
                             (l4_umword_t)diff, u);
}

L4_INLINE l4_msgtag_t l4_kobject_dec_refcnt(l4_cap_idx_t obj, l4_mword_t diff)
{
    return l4_kobject_dec_refcnt_u(obj, diff, l4_utcb());
}

/*
 * Asks the debugger (L4_BASE_DEBUGGER_CAP) about `obj`: the request in the
 * message registers, `tag` with its number of words, goes out with obj as
 * its item. Without a debugger capability: IPC error L4_IPC_ENOT_EXISTENT.
 */
L4_INLINE l4_msgtag_t l4_invoke_debugger(l4_cap_idx_t obj, l4_msgtag_t tag,
                                         l4_utcb_t *u)
{
    unsigned words = l4_msgtag_words(tag);
    __l4_msg_put_obj(l4_utcb_mr_u(u), words, obj);
    return __l4_msg_call(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, words, 1, u);
}

#endif
