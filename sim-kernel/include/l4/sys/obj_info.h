/*
 * The kernel's list of all its objects, one record each, written into
 * kernel-user memory of the caller. Source: ABI.md section 1, "obj infos".
 */
#ifndef L4_SYS_OBJ_INFO_H
#define L4_SYS_OBJ_INFO_H

#include <l4/sys/debugger.h>

typedef struct l4_kobj_info_t {
    l4_umword_t id;    /* debugger id */
    l4_mword_t type;   /* L4_PROTO_*; 0: IPC gate */
    l4_umword_t value; /* task: id of its factory; thread: id of its task;
                          gate and irq: id of the receiver; else 0 */
    l4_umword_t label; /* gate and irq */
    char name[32];     /* zero-terminated */
} l4_kobj_info_t;

/*
 * Writes records from the skip-th object on to ku_mem_addr, as many as
 * ku_mem_size bytes hold. *result_cnt: how many were written; *result_all:
 * how many objects there are. -L4_EINVAL: not kernel-user memory.
 */
L4_INLINE l4_msgtag_t l4_debugger_query_obj_infos_u(
    l4_cap_idx_t cap, l4_addr_t ku_mem_addr, l4_size_t ku_mem_size,
    l4_umword_t skip, l4_umword_t *result_cnt, l4_umword_t *result_all,
    l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_DEBUGGER_OBJ_INFOS_OP;
    v->mr[1] = ku_mem_addr;
    v->mr[2] = ku_mem_size;
    v->mr[3] = skip;
    l4_msgtag_t t = __l4_msg_call(cap, L4_PROTO_DEBUGGER, 4, 0, u);
    if (l4_error_u(t, u) < 0)
        return t;
    if (result_cnt)
        *result_cnt = v->mr[0];
    if (result_all)
        *result_all = v->mr[1];
    return t;
}

L4_INLINE l4_msgtag_t l4_debugger_query_obj_infos(
    l4_cap_idx_t cap, l4_addr_t ku_mem_addr, l4_size_t ku_mem_size,
    l4_umword_t skip, l4_umword_t *result_cnt, l4_umword_t *result_all)
{
    return l4_debugger_query_obj_infos_u(cap, ku_mem_addr, ku_mem_size, skip,
                                         result_cnt, result_all, l4_utcb());
}

#endif
