/* x86-64: the functions of <l4/sys/segment.h>. */
#ifndef L4_SYS_ARCH_SEGMENT_H
#define L4_SYS_ARCH_SEGMENT_H

#include <l4/sys/task.h>
#include <l4/sys/thread.h>

enum L4_sys_segment {
    L4_AMD64_SEGMENT_FS = 0,
    L4_AMD64_SEGMENT_GS = 1,
};

enum { L4_SEGMENT_DESCRIPTOR_SIZE = 8 };

/* Internal: op, first entry and descriptors in a message. */
L4_INLINE l4_msgtag_t __l4_segment_set(l4_cap_idx_t obj, long proto,
                                       l4_umword_t op, void const *desc,
                                       unsigned size, unsigned first,
                                       l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    if (size > (L4_UTCB_GENERIC_DATA_SIZE - 2) * sizeof(l4_umword_t))
        return l4_msgtag(-L4_EMSGTOOLONG, 0, 0, 0);
    v->mr[0] = op;
    v->mr[1] = first;
    __builtin_memcpy(&v->mr[2], desc, size);
    return __l4_msg_call(obj, proto, 2 + l4_bytes_to_mwords(size), 0, u);
}

/* num_desc descriptors from ldt into the task's LDT. */
L4_INLINE long fiasco_ldt_set(l4_cap_idx_t task, void *ldt,
                              unsigned int num_desc,
                              unsigned int entry_number_start, l4_utcb_t *u)
{
    l4_msgtag_t t = __l4_segment_set(
        task, L4_PROTO_TASK, L4_TASK_LDT_SET_X86_OP, ldt,
        num_desc * L4_SEGMENT_DESCRIPTOR_SIZE, entry_number_start, u);
    return l4_error_u(t, u);
}

/* `size` bytes of descriptors into the thread's part of the GDT. */
L4_INLINE long fiasco_gdt_set(l4_cap_idx_t thread, void *desc,
                              unsigned int size,
                              unsigned int entry_number_start, l4_utcb_t *u)
{
    l4_msgtag_t t =
        __l4_segment_set(thread, L4_PROTO_THREAD, L4_THREAD_X86_GDT_OP, desc,
                         size, entry_number_start, u);
    return l4_error_u(t, u);
}

/* Number of the first GDT entry that is the thread's; 0 on error. */
L4_INLINE unsigned fiasco_gdt_get_entry_offset(l4_cap_idx_t thread,
                                               l4_utcb_t *u)
{
    l4_msgtag_t t =
        __l4_msg_call_op(thread, L4_PROTO_THREAD, L4_THREAD_X86_GDT_OP, u);
    return l4_error_u(t, u) < 0 ? 0 : l4_utcb_mr_u(u)->mr[0];
}

/* Sets the base of a segment register of the thread. */
L4_INLINE long fiasco_amd64_set_segment_base(l4_cap_idx_t thread,
                                             enum L4_sys_segment segr,
                                             l4_umword_t base, l4_utcb_t *u)
{
    l4_umword_t op =
        L4_THREAD_AMD64_SET_SEGMENT_BASE_OP | ((l4_umword_t)segr << 16);
    return l4_error_u(__l4_msg_call_op1(thread, L4_PROTO_THREAD, op, base, u),
                      u);
}

L4_INLINE long fiasco_amd64_set_fs(l4_cap_idx_t thread, l4_umword_t base,
                                   l4_utcb_t *u)
{
    return fiasco_amd64_set_segment_base(thread, L4_AMD64_SEGMENT_FS, base, u);
}

/* Selectors of the flat user segments; outputs unchanged on error. */
L4_INLINE long fiasco_amd64_segment_info(l4_cap_idx_t thread, unsigned *user_ds,
                                         unsigned *user_cs, unsigned *user32_cs,
                                         l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    long err =
        l4_error_u(__l4_msg_call_op(thread, L4_PROTO_THREAD,
                                    L4_THREAD_AMD64_GET_SEGMENT_INFO_OP, u),
                   u);
    if (err < 0)
        return err;
    *user_ds = v->mr[0];
    *user_cs = v->mr[1];
    *user32_cs = v->mr[2];
    return 0;
}

#endif
