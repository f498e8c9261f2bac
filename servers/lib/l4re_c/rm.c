/*
 * Client side of region maps. The functions without _srv use the program's
 * own region map (l4re_env()->rm).
 *
 * With L4RE_RM_F_EAGER_MAP the region map itself puts the pages there.
 */
#include "protocol.h"
#include <l4/re/c/message.h>
#include "vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/rm.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/task.h>
#include <string.h>

int l4re_rm_reserve_area_srv(l4_cap_idx_t rm, l4_addr_t *start,
                             unsigned long size, l4re_rm_flags_t flags,
                             unsigned char align)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_RESERVE);
    l4re_msg_word(&m, *start);
    l4re_msg_word(&m, size);
    l4re_msg_word(&m, flags);
    l4re_msg_word(&m, align);
    long error = l4re_msg_call(rm, &m, 0);
    if (error >= 0)
        *start = l4_utcb_mr()->mr[0];
    return (int)error;
}

int l4re_rm_free_area_srv(l4_cap_idx_t rm, l4_addr_t addr)
{
    long result;
    do {
        struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_FREE_AREA);
        l4re_msg_word(&m, addr);
        result = l4re_msg_call(rm, &m, 0);
        addr = l4_utcb_mr()->mr[0];
    } while (result == 1);
    return (int)result;
}

/* What is to be mapped at once between `from` and `end` is, piece by piece. */
static long map_now(l4_cap_idx_t rm, l4_addr_t from, l4_addr_t end)
{
    long result;
    do {
        struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_MAP);
        l4re_msg_word(&m, from);
        l4re_msg_word(&m, end);
        result = l4re_msg_call(rm, &m, 0);
        from = l4_utcb_mr()->mr[0];
    } while (result == 1);
    return result;
}

/* `selector`: what the program behind rm calls the dataspace. */
static long attach(l4_cap_idx_t rm, l4_addr_t *start, l4_size_t size,
                   l4re_rm_flags_t flags, l4re_ds_t mem, l4_addr_t offset,
                   unsigned align, l4_umword_t selector)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_ATTACH);
    l4re_msg_word(&m, *start);
    l4re_msg_word(&m, size);
    l4re_msg_word(&m, flags);
    l4re_msg_word(&m, offset);
    l4re_msg_word(&m, align);
    l4re_msg_word(&m, selector);
    if (l4_is_valid_cap(mem))
        l4re_msg_cap(&m, mem, L4_CAP_FPAGE_RWS);
    long error = l4re_msg_call(rm, &m, 0);
    if (error < 0)
        return error;
    *start = l4_utcb_mr()->mr[0];
    if (error == RM_ATTACHED_PIECE)
        error = map_now(rm, l4_utcb_mr()->mr[1], *start + l4_round_page(size));
    if (error < 0)
        l4re_rm_detach_srv(rm, *start, 0, L4_INVALID_CAP);
    return error;
}

/* moe asks no other server before a page is wanted, so what it could not see is
 * looked at here: is it a dataspace, and large enough? */
static long check_foreign(l4re_ds_t mem, l4_addr_t offset, l4_size_t size)
{
    l4re_ds_stats_t stats;
    long error = l4re_ds_info(mem, &stats);
    if (error < 0)
        return error;
    l4_size_t have = l4_round_page(stats.size);
    return offset > have || l4_round_page(size) > have - offset ? -L4_ERANGE
                                                                : 0;
}

int l4re_rm_attach_srv(l4_cap_idx_t rm, void **start, unsigned long size,
                       l4re_rm_flags_t flags, l4re_ds_t mem,
                       l4re_rm_offset_t offs, unsigned char align)
{
    l4_addr_t at = (l4_addr_t)*start;
    long error = attach(rm, &at, size, flags, mem, offs, align, mem);
    if (error == RM_ATTACHED_FOREIGN) {
        error = check_foreign(mem, offs, size);
        if (error < 0)
            l4re_rm_detach_srv(rm, at, 0, L4_INVALID_CAP);
    }
    if (error >= 0)
        *start = (void *)at;
    return (int)error;
}

int l4re_rm_attach_w_info_srv(l4_cap_idx_t rm, void **start, unsigned long size,
                              l4re_rm_flags_t flags, l4re_ds_t mem,
                              l4re_rm_offset_t offs, unsigned char align,
                              char const *name, l4re_ds_offset_t backing_offset)
{
    (void)name; /* Simplified: regions have no names. */
    (void)backing_offset;
    return l4re_rm_attach_srv(rm, start, size, flags, mem, offs, align);
}

/* Takes the pages of [start, + size) from `task`. */
static void unmap_range(l4_cap_idx_t task, l4_addr_t start, l4_size_t size)
{
    l4_addr_t end = start + size;
    while (start < end) {
        unsigned order = L4_PAGESHIFT;
        while (!(start & (1ul << order)) && start + (2ul << order) <= end)
            order++;
        l4_task_unmap(task, l4_fpage(start, order, L4_FPAGE_RWX),
                      L4_FP_ALL_SPACES);
        start += 1ul << order;
    }
}

int l4re_rm_detach_srv(l4_cap_idx_t rm, l4_addr_t addr, l4re_ds_t *ds,
                       l4_cap_idx_t task)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_DETACH);
    l4re_msg_word(&m, addr);
    long result = l4re_msg_call(rm, &m, 0);
    if (result < 0)
        return (int)result;
    l4_addr_t start = l4_utcb_mr()->mr[0];
    l4_size_t size = l4_utcb_mr()->mr[1];
    if (ds)
        *ds = l4_utcb_mr()->mr[2];
    if (l4_is_valid_cap(task))
        unmap_range(task, start, size);
    return (int)result;
}

int l4re_rm_find_srv(l4_cap_idx_t rm, l4_addr_t *addr, unsigned long *size,
                     l4re_rm_offset_t *offset, l4re_rm_flags_t *flags,
                     l4re_ds_t *m)
{
    struct l4re_msg msg = l4re_msg_start(L4RE_PROTO_RM, RM_FIND);
    l4re_msg_word(&msg, *addr);
    l4re_msg_word(&msg, *size);
    long result = l4re_msg_call(rm, &msg, 0);
    if (result < 0)
        return (int)result;
    const l4_umword_t *mr = l4_utcb_mr()->mr;
    *addr = mr[0];
    *size = mr[1];
    *offset = mr[2];
    *flags = mr[3];
    *m = mr[4];
    return (int)result;
}

int l4re_rm_get_info_srv(l4_cap_idx_t rm, l4_addr_t addr, char *name,
                         unsigned int len, l4re_rm_offset_t *backing_offset)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_GET_INFO);
    l4re_msg_word(&m, addr);
    long error = l4re_msg_call(rm, &m, 0);
    if (error < 0)
        return (int)error;
    if (name && len)
        name[0] = 0;
    if (backing_offset)
        *backing_offset = l4_utcb_mr()->mr[0];
    return 0;
}

void l4re_rm_show_lists_srv(l4_cap_idx_t rm)
{
    l4_umword_t kind = 0, from = 0;
    long more;
    do {
        struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_SHOW);
        l4re_msg_word(&m, kind);
        l4re_msg_word(&m, from);
        more = l4re_msg_call(rm, &m, 0);
        kind = l4_utcb_mr()->mr[0];
        from = l4_utcb_mr()->mr[1];
    } while (more == 1);
}

/* --- the program's own region map ----------------------------------- */

int l4re_rm_reserve_area(l4_addr_t *start, unsigned long size,
                         l4re_rm_flags_t flags, unsigned char align)
{
    return l4re_rm_reserve_area_srv(l4re_env()->rm, start, size, flags, align);
}

int l4re_rm_free_area(l4_addr_t addr)
{
    return l4re_rm_free_area_srv(l4re_env()->rm, addr);
}

int l4re_rm_attach(void **start, unsigned long size, l4re_rm_flags_t flags,
                   l4re_ds_t mem, l4re_rm_offset_t offs, unsigned char align)
{
    return l4re_rm_attach_srv(l4re_env()->rm, start, size, flags, mem, offs,
                              align);
}

int l4re_rm_attach_w_info(void **start, unsigned long size,
                          l4re_rm_flags_t flags, l4re_ds_t mem,
                          l4re_rm_offset_t offs, unsigned char align,
                          char const *name, l4re_ds_offset_t backing_offset)
{
    return l4re_rm_attach_w_info_srv(l4re_env()->rm, start, size, flags, mem,
                                     offs, align, name, backing_offset);
}

int l4re_rm_detach(void *addr)
{
    return l4re_rm_detach_srv(l4re_env()->rm, (l4_addr_t)addr, 0,
                              L4_BASE_TASK_CAP);
}

int l4re_rm_detach_ds(void *addr, l4re_ds_t *ds)
{
    return l4re_rm_detach_srv(l4re_env()->rm, (l4_addr_t)addr, ds,
                              L4_BASE_TASK_CAP);
}

int l4re_rm_detach_unmap(l4_addr_t addr, l4_cap_idx_t task)
{
    return l4re_rm_detach_srv(l4re_env()->rm, addr, 0, task);
}

int l4re_rm_detach_ds_unmap(void *addr, l4re_ds_t *ds, l4_cap_idx_t task)
{
    return l4re_rm_detach_srv(l4re_env()->rm, (l4_addr_t)addr, ds, task);
}

int l4re_rm_find(l4_addr_t *addr, unsigned long *size, l4re_rm_offset_t *offset,
                 l4re_rm_flags_t *flags, l4re_ds_t *m)
{
    return l4re_rm_find_srv(l4re_env()->rm, addr, size, offset, flags, m);
}

int l4re_rm_get_info(l4_addr_t addr, char *name, unsigned int len,
                     l4re_rm_offset_t *backing_offset)
{
    return l4re_rm_get_info_srv(l4re_env()->rm, addr, name, len,
                                backing_offset);
}

void l4re_rm_show_lists(void)
{
    l4re_rm_show_lists_srv(l4re_env()->rm);
}

/* --- Vitrine -------------------------------------------------------- */

long vitrine_rm_limits(l4_cap_idx_t rm, l4_addr_t *ret_start,
                       l4_addr_t *ret_last, l4_addr_t *ret_kip)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_LIMITS);
    long error = l4re_msg_call(rm, &m, 0);
    if (error < 0)
        return error;
    *ret_start = l4_utcb_mr()->mr[0];
    *ret_last = l4_utcb_mr()->mr[1];
    *ret_kip = l4_utcb_mr()->mr[2];
    return 0;
}

long vitrine_rm_set_task(l4_cap_idx_t rm, l4_cap_idx_t task)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, RM_SET_TASK);
    l4re_msg_cap(&m, task, L4_CAP_FPAGE_RWSD);
    long result = l4re_msg_call(rm, &m, 0);
    return result == 1 ? map_now(rm, l4_utcb_mr()->mr[0], ~0ul) : result;
}

long vitrine_rm_attach_for(l4_cap_idx_t rm, l4_addr_t start, l4_size_t size,
                           l4re_rm_flags_t flags, l4re_ds_t ds,
                           l4_addr_t offset)
{
    return attach(rm, &start, size, flags, ds, offset, 0, L4_INVALID_CAP);
}

/* A request about the range [start, + size). */
static struct l4re_msg range_msg(enum rm_op op, l4_addr_t start, l4_size_t size)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_RM, op);
    l4re_msg_word(&m, start);
    l4re_msg_word(&m, size);
    return m;
}

long vitrine_rm_detach_part(l4_cap_idx_t rm, l4_addr_t start, l4_size_t size,
                            l4re_ds_t *ret_ds)
{
    struct l4re_msg m = range_msg(RM_DETACH, start, size);
    long result = l4re_msg_call(rm, &m, 0);
    const l4_umword_t *mr = l4_utcb_mr()->mr;
    if (result >= 0 && ret_ds)
        *ret_ds = mr[3] ? L4_INVALID_CAP : mr[2];
    return result;
}

/* Of the range moe does a piece at a time. `rights` is sent for RM_PROTECT. */
static long in_pieces(l4_cap_idx_t rm, enum rm_op op, l4_addr_t start,
                      l4_size_t size, l4re_rm_flags_t rights)
{
    const l4_addr_t end = start + size;
    long result;
    do {
        struct l4re_msg m = range_msg(op, start, end - start);
        if (op == RM_PROTECT)
            l4re_msg_word(&m, rights);
        result = l4re_msg_call(rm, &m, 0);
        start = l4_utcb_mr()->mr[0];
    } while (result == 1 && start < end);
    return result;
}

long vitrine_rm_protect(l4_cap_idx_t rm, l4_addr_t start, l4_size_t size,
                        l4re_rm_flags_t rights)
{
    return in_pieces(rm, RM_PROTECT, start, size, rights);
}

long vitrine_rm_free_area_part(l4_cap_idx_t rm, l4_addr_t start, l4_size_t size)
{
    return in_pieces(rm, RM_FREE_AREA, start, size, 0);
}

/* A large object goes in pieces. */
long vitrine_destroy(l4_cap_idx_t object)
{
    long result;
    do {
        struct l4re_msg m =
            l4re_msg_start(MOE_PROTO_OBJECT, MOE_OBJECT_DESTROY);
        result = l4re_msg_call(object, &m, 0);
    } while (result == 1);
    return result;
}

long vitrine_factory(l4_cap_idx_t allocator, l4_cap_idx_t slot)
{
    struct l4re_msg m = l4re_msg_start(MOE_PROTO_OBJECT, MOE_OBJECT_FACTORY);
    l4re_msg_receive_cap(&m, slot);
    return l4re_msg_call(allocator, &m, 0);
}

long vitrine_usage(l4_cap_idx_t allocator, struct vitrine_usage *ret_usage)
{
    struct l4re_msg m = l4re_msg_start(MOE_PROTO_OBJECT, MOE_OBJECT_USAGE);
    long error = l4re_msg_call(allocator, &m, 0);
    if (error >= 0)
        memcpy(ret_usage, l4_utcb_mr()->mr, sizeof *ret_usage);
    return error;
}
