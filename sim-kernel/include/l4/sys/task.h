/*
 * Task: an address space for memory, I/O ports and capabilities.
 *
 * Threads live in it (thread.h); what it holds is changed only by map, unmap
 * and by IPC with items. Protocol L4_PROTO_TASK:
 *
 *      MAP         base, fpage | item: source task
 *      UNMAP       mask, fpage... -> the fpages with the flushed rights
 *      CAP_INFO    cap [, cap]    -> label 0 or 1
 *      ADD_KU_MEM  fpage          -> fpage as really used
 *
 * Common errors, as the reply's label: -L4_EPERM right missing; -L4_EINVAL
 * bad argument or dying task; -L4_ENOMEM quota used up; an empty slot is IPC
 * error L4_IPC_ENOT_EXISTENT. Source: ABI.md section 1.
 */
#ifndef L4_SYS_TASK_H
#define L4_SYS_TASK_H

#include <l4/sys/__msg.h>

enum L4_task_ops {
    L4_TASK_MAP_OP = 0,
    L4_TASK_UNMAP_OP = 1,
    L4_TASK_CAP_INFO_OP = 2,
    L4_TASK_ADD_KU_MEM_OP = 3,
    L4_TASK_LDT_SET_X86_OP = 0x11,
    L4_TASK_MAP_VGICC_ARM_OP = 0x12,
};

enum { L4_TASK_UNMAP_BATCH_MAX = L4_UTCB_GENERIC_DATA_SIZE - 2 };

/*
 * Maps (or grants) `snd_fpage` of src_task into dst_task at `snd_base`: hot
 * spot, cache attributes or object attributes, L4_MAP_ITEM_GRANT or 0, as
 * l4_map_control() makes it. dst_task needs W; capabilities keep S only if
 * both task capabilities and the fpage have it.
 */
L4_INLINE l4_msgtag_t l4_task_map_u(l4_cap_idx_t dst_task,
                                    l4_cap_idx_t src_task, l4_fpage_t snd_fpage,
                                    l4_umword_t snd_base, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_TASK_MAP_OP;
    v->mr[1] = snd_base;
    v->mr[2] = snd_fpage.raw;
    __l4_msg_put_obj(v, 3, src_task);
    return __l4_msg_call(dst_task, L4_PROTO_TASK, 3, 1, u);
}

/*
 * Takes the rights of `fpage` away from what it covers: with
 * L4_FP_OTHER_SPACES from everybody who got it from `task`, with
 * L4_FP_ALL_SPACES from `task` too. Capabilities are not taken back from
 * others (l4_vitrine_revoke() does); L4_FP_DELETE_OBJ deletes the objects
 * whose capability has D. The rights used since the last call (W: written,
 * R: touched) come back in the low bits of MR2.
 */
L4_INLINE l4_msgtag_t l4_task_unmap_u(l4_cap_idx_t task, l4_fpage_t fpage,
                                      l4_umword_t map_mask, l4_utcb_t *u)
{
    return __l4_msg_call_op2(task, L4_PROTO_TASK, L4_TASK_UNMAP_OP, map_mask,
                             fpage.raw, u);
}

/* The same for num_fpages (0..61) flexpages; more: label -L4_EINVAL. */
L4_INLINE l4_msgtag_t l4_task_unmap_batch_u(l4_cap_idx_t task,
                                            l4_fpage_t const *fpages,
                                            unsigned num_fpages,
                                            l4_umword_t map_mask, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    if (num_fpages > L4_TASK_UNMAP_BATCH_MAX)
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    v->mr[0] = L4_TASK_UNMAP_OP;
    v->mr[1] = map_mask;
    for (unsigned i = 0; i < num_fpages; i++)
        v->mr[2 + i] = fpages[i].raw;
    return __l4_msg_call(task, L4_PROTO_TASK, 2 + num_fpages, 0, u);
}

/* Removes `obj` from `task`; deletes the object if the capability has D. */
L4_INLINE l4_msgtag_t l4_task_delete_obj_u(l4_cap_idx_t task, l4_cap_idx_t obj,
                                           l4_utcb_t *u)
{
    return l4_task_unmap_u(task, l4_obj_fpage(obj, 0, L4_CAP_FPAGE_RWSD),
                           L4_FP_DELETE_OBJ, u);
}

/* Removes `cap` from `task`; the object ends with its last capability. */
L4_INLINE l4_msgtag_t l4_task_release_cap_u(l4_cap_idx_t task, l4_cap_idx_t cap,
                                            l4_utcb_t *u)
{
    return l4_task_unmap_u(task, l4_obj_fpage(cap, 0, L4_CAP_FPAGE_RWSD),
                           L4_FP_ALL_SPACES, u);
}

/* Label 1: slot `cap` of `task` holds a capability; 0: it is empty. */
L4_INLINE l4_msgtag_t l4_task_cap_valid_u(l4_cap_idx_t task, l4_cap_idx_t cap,
                                          l4_utcb_t *u)
{
    return __l4_msg_call_op1(task, L4_PROTO_TASK, L4_TASK_CAP_INFO_OP,
                             cap & ~1ul, u);
}

/* Label 1: the slots name the same object with the same rights; else 0. */
L4_INLINE l4_msgtag_t l4_task_cap_equal_u(l4_cap_idx_t task, l4_cap_idx_t cap_a,
                                          l4_cap_idx_t cap_b, l4_utcb_t *u)
{
    return __l4_msg_call_op2(task, L4_PROTO_TASK, L4_TASK_CAP_INFO_OP, cap_a,
                             cap_b, u);
}

/*
 * Adds memory shared with the kernel, for UTCBs and vCPU states. *ku_mem:
 * where it is wanted and its order (>= 12); on success what it became.
 */
L4_INLINE l4_msgtag_t l4_task_add_ku_mem_u(l4_cap_idx_t task,
                                           l4_fpage_t *ku_mem, l4_utcb_t *u)
{
    l4_msgtag_t t = __l4_msg_call_op1(task, L4_PROTO_TASK,
                                      L4_TASK_ADD_KU_MEM_OP, ku_mem->raw, u);
    if (l4_error_u(t, u) >= 0 && l4_msgtag_words(t) > 0)
        ku_mem->raw = l4_utcb_mr_u(u)->mr[0];
    return t;
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_task_map(l4_cap_idx_t dst_task, l4_cap_idx_t src_task,
                                  l4_fpage_t snd_fpage, l4_umword_t snd_base)
{
    return l4_task_map_u(dst_task, src_task, snd_fpage, snd_base, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_task_unmap(l4_cap_idx_t task, l4_fpage_t fpage,
                                    l4_umword_t map_mask)
{
    return l4_task_unmap_u(task, fpage, map_mask, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_task_unmap_batch(l4_cap_idx_t task,
                                          l4_fpage_t const *fpages,
                                          unsigned num_fpages,
                                          l4_umword_t map_mask)
{
    return l4_task_unmap_batch_u(task, fpages, num_fpages, map_mask, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_task_delete_obj(l4_cap_idx_t task, l4_cap_idx_t obj)
{
    return l4_task_delete_obj_u(task, obj, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_task_release_cap(l4_cap_idx_t task, l4_cap_idx_t cap)
{
    return l4_task_release_cap_u(task, cap, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_task_cap_valid(l4_cap_idx_t task, l4_cap_idx_t cap)
{
    return l4_task_cap_valid_u(task, cap, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_task_cap_equal(l4_cap_idx_t task, l4_cap_idx_t cap_a,
                                        l4_cap_idx_t cap_b)
{
    return l4_task_cap_equal_u(task, cap_a, cap_b, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_task_add_ku_mem(l4_cap_idx_t task, l4_fpage_t *ku_mem)
{
    return l4_task_add_ku_mem_u(task, ku_mem, l4_utcb());
}

#if defined(__aarch64__)
#include <l4/sys/arch/arm64/task.h>
#endif

/* ---- Before 2024-07: the flexpage by value; what it became is lost ---- */

L4_INLINE l4_msgtag_t __l4_task_add_ku_mem_val_u(l4_cap_idx_t task,
                                                 l4_fpage_t ku_mem,
                                                 l4_utcb_t *u)
{
    return l4_task_add_ku_mem_u(task, &ku_mem, u);
}

L4_INLINE l4_msgtag_t __l4_task_add_ku_mem_val(l4_cap_idx_t task,
                                               l4_fpage_t ku_mem)
{
    return l4_task_add_ku_mem_u(task, &ku_mem, l4_utcb());
}

#ifndef __cplusplus
/* Both spellings work: the type of the argument chooses. */
#define l4_task_add_ku_mem(task, ku_mem)                                       \
    _Generic((ku_mem), l4_fpage_t                                              \
             : __l4_task_add_ku_mem_val, default                               \
             : l4_task_add_ku_mem)(task, ku_mem)
#define l4_task_add_ku_mem_u(task, ku_mem, utcb)                               \
    _Generic((ku_mem), l4_fpage_t                                              \
             : __l4_task_add_ku_mem_val_u, default                             \
             : l4_task_add_ku_mem_u)(task, ku_mem, utcb)
#endif

#endif
