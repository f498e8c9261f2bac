/*
 * Pages of regions (see rm_pages.h).
 *
 *      fault at 0x1100105000, write
 *        -> region [0x1100100000, 0x1100180000) rw, dataspace d, offset 0
 *        -> memory of d at offset 0x5000 (allocated now, if it is the first)
 *        -> the largest flexpage around it that lies in region and memory
 *
 * A page that is shared with another dataspace is shown without the right to
 * write, and only to a task that moe knows: it must be able to take it back.
 *
 * A fault without a region, or against the region's rights, is refused: the
 * kernel then makes an exception of it for the program's parent.
 */
#include "rm_pages.h"
#include "dataspace.h"
#include "pager.h"
#include <l4/re/c/rm.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>
#include <stddef.h>

struct dataspace *region_dataspace(const struct region *g)
{
    l4_umword_t label = region_label(g);
    struct object *o = label ? object_find(label) : NULL;
    return o && o->ops == &dataspace_ops ? (struct dataspace *)o : NULL;
}

/* Flexpages one request maps, or regions it passes, while everybody else waits.
 */
enum { MAP_PIECE = 8 };

/* One flexpage for the program: from `addr` in moe to `va`. */
struct page_answer {
    l4_addr_t addr, va;
    unsigned char order, rights;
};

/* The largest flexpage around `va` in region g. 0 or an error. */
static long page_find(const struct region *g, l4_addr_t va, bool to_write,
                      struct page_answer *ret_page)
{
    struct dataspace *ds = region_dataspace(g);
    struct piece_of_memory p;
    if (!ds)
        return -L4_ENOENT;
    va = l4_trunc_page(va);
    l4_addr_t offset = va - g->start + g->offset;
    long error = dataspace_memory(ds, offset, to_write, &p);
    if (error)
        return error;
    l4_addr_t start = g->start, end = g->end;
    if (va - start > offset - p.start)
        start = va - (offset - p.start);
    if (end - va > p.end - offset)
        end = va + (p.end - offset);
    unsigned char order = (unsigned char)map_order(p.addr, va, start, end);
    *ret_page = (struct page_answer){
        .addr = l4_trunc_size(p.addr, order),
        .va = l4_trunc_size(va, order),
        .order = order,
        .rights = g->flags & (p.is_shared ? L4_FPAGE_RX : L4_FPAGE_RWX),
    };
    return 0;
}

l4_msgtag_t rm_page_fault(struct rm *rm, l4_umword_t fault)
{
    l4_addr_t va = l4_trunc_page(fault);
    unsigned need = fault & 4   ? L4_FPAGE_X
                    : fault & 2 ? L4_FPAGE_W
                                : L4_FPAGE_RO;
    struct region *g = region_find(&rm->regions, va, va + 1);
    struct page_answer p;
    if (!g || (g->flags & need) != need)
        return answer(-L4_EACCESS);
    if (g->is_foreign)
        return pager_fault(rm, g, va, need);
    long error = page_find(g, va, (need & L4_FPAGE_W) || !rm->has_task, &p);
    if (error)
        return answer(error);
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = l4_map_control(p.va, 0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_fpage(p.addr, p.order, p.rights).raw;
    return l4_msgtag(0, 0, 1, 0);
}

/* The flexpage around *inout_va, in g. */
static long page_map(const struct rm *rm, const struct region *g,
                     l4_addr_t *inout_va)
{
    struct page_answer p;
    long error = page_find(g, *inout_va, false, &p);
    if (!error)
        error = l4_error(l4_task_map(rm_task(rm), L4_BASE_TASK_CAP,
                                     l4_fpage(p.addr, p.order, p.rights),
                                     l4_map_control(p.va, 0, L4_MAP_ITEM_MAP)));
    if (error < 0)
        return error;
    *inout_va = p.va + (1ul << p.order);
    return 0;
}

long rm_map_now(const struct rm *rm, l4_addr_t *inout_from, l4_addr_t end)
{
    const struct region *g = region_find(&rm->regions, *inout_from, end);
    for (unsigned i = 0; g && g->start < end && i < MAP_PIECE; i++) {
        bool is_eager = g->flags & L4RE_RM_F_EAGER_MAP && region_label(g);
        if (*inout_from < g->start)
            *inout_from = g->start;
        long error = is_eager ? page_map(rm, g, inout_from) : 0;
        if (error)
            return error;
        if (!is_eager || *inout_from >= g->end) {
            *inout_from = g->end;
            g = region_next(&rm->regions, g);
        }
    }
    return g && g->start < end;
}

void region_unmap(struct rm *rm, l4_addr_t start, l4_addr_t end,
                  unsigned rights)
{
    while (rm->has_task && start < end) {
        unsigned order = L4_PAGESHIFT;
        while (!(start & (1ul << order)) && start + (2ul << order) <= end)
            order++;
        l4_task_unmap(rm_task(rm),
                      l4_fpage(start, order, (unsigned char)rights),
                      L4_FP_ALL_SPACES);
        start += 1ul << order;
    }
}

/* A part of a dataspace that is taken from who shows it. */
struct revoked {
    struct rm *rm;
    l4_addr_t start, end;
};

static void region_revoke(struct region *g, void *context)
{
    const struct revoked *what = context;
    l4_addr_t g_end = g->offset + (g->end - g->start);
    l4_addr_t start = what->start > g->offset ? what->start : g->offset;
    l4_addr_t end = what->end < g_end ? what->end : g_end;
    region_unmap(what->rm, g->start + (start - g->offset),
                 g->start + (end - g->offset), L4_FPAGE_RWX);
}

void rm_revoke(const struct dataspace *ds, l4_addr_t offset, l4_size_t size)
{
    struct revoked what = {rm_first(), offset, offset + size};
    for (; what.rm; what.rm = what.rm->next_map)
        region_each_showing(&what.rm->regions, ds->object.label, what.start,
                            what.end, region_revoke, &what);
}
