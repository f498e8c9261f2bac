/*
 * Debugger: names and numbers of kernel objects, for people who watch.
 *
 * Protocol L4_PROTO_DEBUGGER; the operation in MR0, in groups of 0x100
 * (0x000 console: kdebug.h, 0x100 objects: here, 0x200 trace: ktrace.h,
 * 0x600 Vitrine's: <l4/vitrine/debug.h>).
 *
 *      SET_NAME          text | item: object
 *      GLOBAL_ID                item: object  -> id
 *      GET_NAME                 item: object  -> text
 *      ADD_IMAGE_INFO    base, text | item: task
 *      KOBJ_TO_ID        pointer              -> id
 *      QUERY_NAME        id                   -> text
 *      QUERY_LOG_TYPEID  index, text          -> number
 *      QUERY_LOG_NAME    index                -> text, text
 *      SWITCH_LOG        on, text
 *
 * Texts end with a zero byte and fill whole words. In the first four, `cap`
 * names the object and the debugger is L4_BASE_DEBUGGER_CAP; in the others
 * `cap` is the debugger. Without a debugger capability all of them fail
 * harmlessly (IPC error L4_IPC_ENOT_EXISTENT).
 *
 * Source: ABI.md section 1, "Debugger / JDB".
 */
#ifndef L4_SYS_DEBUGGER_H
#define L4_SYS_DEBUGGER_H

#include <l4/sys/kernel_object.h>

enum L4_debugger_op {
    L4_DEBUGGER_SET_NAME_OP = 0x100,
    L4_DEBUGGER_GLOBAL_ID_OP = 0x101,
    L4_DEBUGGER_KOBJ_TO_ID_OP = 0x102,
    L4_DEBUGGER_QUERY_LOG_TYPEID_OP = 0x103,
    L4_DEBUGGER_SWITCH_LOG_OP = 0x104,
    L4_DEBUGGER_QUERY_NAME_OP = 0x105,
    L4_DEBUGGER_QUERY_LOG_NAME_OP = 0x106,
    L4_DEBUGGER_ADD_IMAGE_INFO_OP = 0x107,
    L4_DEBUGGER_GET_NAME_OP = 0x108,
    L4_DEBUGGER_OBJ_INFOS_OP = 0x110,
};

/* ---- cap names the object ---- */

/* Gives object `cap` a name, cut to what the kernel keeps. */
L4_INLINE l4_msgtag_t l4_debugger_set_object_name_u(l4_cap_idx_t cap,
                                                    const char *name,
                                                    l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_DEBUGGER_SET_NAME_OP;
    unsigned words = 1 + __l4_msg_put_text(v, 1, name);
    return l4_invoke_debugger(cap, l4_msgtag(0, words, 0, 0), u);
}

/* The object's number, unique in the life of the system; ~0: error. */
L4_INLINE unsigned long l4_debugger_global_id_u(l4_cap_idx_t cap, l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = L4_DEBUGGER_GLOBAL_ID_OP;
    l4_msgtag_t t = l4_invoke_debugger(cap, l4_msgtag(0, 1, 0, 0), u);
    if (l4_error_u(t, u) < 0)
        return ~0ul;
    return l4_utcb_mr_u(u)->mr[0];
}

/* Internal: a reply that is a text. */
L4_INLINE l4_ret_t __l4_debugger_text_u(l4_msgtag_t t, char *name,
                                        unsigned size, l4_utcb_t *u)
{
    l4_ret_t err = l4_error_u(t, u);
    if (err < 0)
        return err;
    __l4_msg_get_text(l4_utcb_mr_u(u), 0, l4_msgtag_words(t), name, size);
    return 0;
}

/* The name of object `cap` into name[size], cut to fit, terminated. 0, or
 * -L4_ENOENT: it has none. */
L4_INLINE l4_ret_t l4_debugger_get_object_name_u(l4_cap_idx_t cap, char *name,
                                                 unsigned size, l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = L4_DEBUGGER_GET_NAME_OP;
    l4_msgtag_t t = l4_invoke_debugger(cap, l4_msgtag(0, 1, 0, 0), u);
    return __l4_debugger_text_u(t, name, size, u);
}

/* An ELF image `name` lies at load address `base` in task `cap`. */
L4_INLINE l4_msgtag_t l4_debugger_add_image_info_u(l4_cap_idx_t cap,
                                                   l4_addr_t base,
                                                   const char *name,
                                                   l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_DEBUGGER_ADD_IMAGE_INFO_OP;
    v->mr[1] = base;
    unsigned words = 2 + __l4_msg_put_text(v, 2, name);
    return l4_invoke_debugger(cap, l4_msgtag(0, words, 0, 0), u);
}

/* ---- cap is the debugger ---- */

/* The number of the object at kernel address kobjp; ~0: error, or none. */
L4_INLINE unsigned long l4_debugger_kobj_to_id_u(l4_cap_idx_t cap,
                                                 l4_addr_t kobjp, l4_utcb_t *u)
{
    l4_msgtag_t t = __l4_msg_call_op1(cap, L4_PROTO_DEBUGGER,
                                      L4_DEBUGGER_KOBJ_TO_ID_OP, kobjp, u);
    if (l4_error_u(t, u) < 0)
        return ~0ul;
    return l4_utcb_mr_u(u)->mr[0];
}

/* The name of object number `id`, as l4_debugger_get_object_name(). */
L4_INLINE l4_ret_t l4_debugger_query_object_name_u(l4_cap_idx_t cap,
                                                   unsigned id, char *name,
                                                   unsigned size, l4_utcb_t *u)
{
    l4_msgtag_t t = __l4_msg_call_op1(cap, L4_PROTO_DEBUGGER,
                                      L4_DEBUGGER_QUERY_NAME_OP, id, u);
    return __l4_debugger_text_u(t, name, size, u);
}

/* The number of trace event `name` (search from idx on), or < 0. */
L4_INLINE l4_ret_t l4_debugger_query_log_typeid_u(l4_cap_idx_t cap,
                                                  const char *name,
                                                  unsigned idx, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_DEBUGGER_QUERY_LOG_TYPEID_OP;
    v->mr[1] = idx;
    unsigned words = 2 + __l4_msg_put_text(v, 2, name);
    l4_msgtag_t t = __l4_msg_call(cap, L4_PROTO_DEBUGGER, words, 0, u);
    l4_ret_t err = l4_error_u(t, u);
    return err < 0 ? err : (l4_ret_t)v->mr[0];
}

/* Name and short name of trace event idx (0..), cut to fit. 0, or < 0. */
L4_INLINE l4_ret_t l4_debugger_query_log_name_u(l4_cap_idx_t cap, unsigned idx,
                                                char *name, unsigned namelen,
                                                char *shortname,
                                                unsigned shortnamelen,
                                                l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_msgtag_t t = __l4_msg_call_op1(cap, L4_PROTO_DEBUGGER,
                                      L4_DEBUGGER_QUERY_LOG_NAME_OP, idx, u);
    l4_ret_t err = __l4_debugger_text_u(t, name, namelen, u);
    if (err < 0)
        return err;
    unsigned words = l4_msgtag_words(t), second = 0;
    char const *text = (char const *)v->mr;
    while (second < words * sizeof(l4_umword_t) && text[second])
        second++;
    second = l4_bytes_to_mwords(second + 1); /* texts fill whole words */
    __l4_msg_get_text(v, second, words, shortname, shortnamelen);
    return 0;
}

/* Switches trace event `name` on (on_off != 0) or off. */
L4_INLINE l4_msgtag_t l4_debugger_switch_log_u(l4_cap_idx_t cap,
                                               const char *name, int on_off,
                                               l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_DEBUGGER_SWITCH_LOG_OP;
    v->mr[1] = on_off != 0;
    unsigned words = 2 + __l4_msg_put_text(v, 2, name);
    return __l4_msg_call(cap, L4_PROTO_DEBUGGER, words, 0, u);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_debugger_set_object_name(l4_cap_idx_t cap,
                                                  const char *name)
{
    return l4_debugger_set_object_name_u(cap, name, l4_utcb());
}

L4_INLINE unsigned long l4_debugger_global_id(l4_cap_idx_t cap)
{
    return l4_debugger_global_id_u(cap, l4_utcb());
}

L4_INLINE l4_ret_t l4_debugger_get_object_name(l4_cap_idx_t cap, char *name,
                                               unsigned size)
{
    return l4_debugger_get_object_name_u(cap, name, size, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_debugger_add_image_info(l4_cap_idx_t cap,
                                                 l4_addr_t base,
                                                 const char *name)
{
    return l4_debugger_add_image_info_u(cap, base, name, l4_utcb());
}

L4_INLINE unsigned long l4_debugger_kobj_to_id(l4_cap_idx_t cap,
                                               l4_addr_t kobjp)
{
    return l4_debugger_kobj_to_id_u(cap, kobjp, l4_utcb());
}

L4_INLINE l4_ret_t l4_debugger_query_object_name(l4_cap_idx_t cap, unsigned id,
                                                 char *name, unsigned size)
{
    return l4_debugger_query_object_name_u(cap, id, name, size, l4_utcb());
}

L4_INLINE l4_ret_t l4_debugger_query_log_typeid(l4_cap_idx_t cap,
                                                const char *name, unsigned idx)
{
    return l4_debugger_query_log_typeid_u(cap, name, idx, l4_utcb());
}

L4_INLINE l4_ret_t l4_debugger_query_log_name(l4_cap_idx_t cap, unsigned idx,
                                              char *name, unsigned namelen,
                                              char *shortname,
                                              unsigned shortnamelen)
{
    return l4_debugger_query_log_name_u(cap, idx, name, namelen, shortname,
                                        shortnamelen, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_debugger_switch_log(l4_cap_idx_t cap, const char *name,
                                             int on_off)
{
    return l4_debugger_switch_log_u(cap, name, on_off, l4_utcb());
}

#endif
