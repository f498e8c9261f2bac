/*
 * Region maps: attach and detach dataspaces, answer page faults.
 *
 *      fault at 0x1100105000, write
 *        -> region [0x1100100000, 0x1100180000) rw, dataspace d, offset 0
 *        -> memory of d at offset 0x5000 (allocated now, if it is the first)
 *        -> the largest flexpage around it that lies in region and memory
 *
 * The region map's gate is the pager of the program's threads. A fault
 * without a region, or against the region's rights, is refused: the kernel
 * then makes an exception of it for the program's parent.
 *
 * A region names its dataspace by label, so that a destroyed dataspace is
 * simply not found. Only dataspaces of moe can be attached: the answer to a
 * fault must not wait for another server, which may never reply.
 *
 * moe never invokes a capability of a client but the task of a region map,
 * and that only after is_task(): see there.
 *
 * I1  regions and areas lie inside [start, end) of the region map.
 * I2  a region's rights are at most those of the dataspace and of the
 *     capability by which it was attached.
 */
#include "rm.h"
#include "console.h"
#include "dataspace.h"
#include "factory.h"
#include "heap.h"
#include "region.h"
#include "slots.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/rm.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>

enum {
    KIP_OFFSET = 0x10000,
    ADDRESS_MARGIN = L4_PAGESIZE, /* the first page is never mapped */
};

static struct dataspace *kip;

/* What an attach request asks for, checked. */
struct attachment {
    struct region region;
    struct dataspace *ds; /* NULL: reserved, pager regions */
};

static l4_cap_idx_t rm_task(const struct rm *rm)
{
    return slot_cap(SLOT_KEPT + rm->object.index);
}

static struct dataspace *region_dataspace(const struct region *g)
{
    struct object *o = g->ds ? object_find(g->ds) : NULL;
    return o && o->ops == &dataspace_ops ? (struct dataspace *)o : NULL;
}

/* A region comes or goes; it keeps its dataspace. */
static long region_add(struct rm *rm, const struct region *g)
{
    struct dataspace *ds = region_dataspace(g);
    long error = region_insert(&rm->regions, g);
    if (!error && ds)
        object_use(&ds->object);
    return error;
}

static void region_drop(struct rm *rm, struct region *g)
{
    struct dataspace *ds = region_dataspace(g);
    region_remove(&rm->regions, g);
    if (ds)
        object_unuse(&ds->object);
}

/* --- pages ---------------------------------------------------------- */

/* One flexpage for the program: from `addr` in moe to `va`. */
struct page_answer {
    l4_addr_t addr, va;
    unsigned char order, rights;
};

/* The largest flexpage around `va` in region g. 0 or an error. */
static long page_find(const struct region *g, l4_addr_t va,
                      struct page_answer *ret_page)
{
    struct dataspace *ds = region_dataspace(g);
    struct piece_of_memory p;
    if (!ds)
        return -L4_ENOENT;
    va = l4_trunc_page(va);
    l4_addr_t offset = va - g->start + g->offset;
    long error = dataspace_memory(ds, offset, &p);
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
        .rights = g->flags & L4_FPAGE_RWX,
    };
    return 0;
}

l4_msgtag_t rm_page_fault(struct rm *rm, l4_umword_t fault)
{
    l4_addr_t va = l4_trunc_page(fault);
    unsigned need = fault & 4   ? L4_FPAGE_X
                    : fault & 2 ? L4_FPAGE_W
                                : L4_FPAGE_RO;
    struct region *g = region_find(rm->regions, va, va + 1);
    struct page_answer p;
    if (!g || (g->flags & need) != need)
        return answer(-L4_EACCESS);
    long error = page_find(g, va, &p);
    if (error)
        return answer(error);
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = l4_map_control(p.va, 0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_fpage(p.addr, p.order, p.rights).raw;
    return l4_msgtag(0, 0, 1, 0);
}

/* All pages of a region at once. */
static long region_map_now(struct rm *rm, const struct region *g)
{
    struct page_answer p;
    for (l4_addr_t va = g->start; va < g->end; va = p.va + (1ul << p.order)) {
        long error = page_find(g, va, &p);
        if (!error)
            error =
                l4_error(l4_task_map(rm_task(rm), L4_BASE_TASK_CAP,
                                     l4_fpage(p.addr, p.order, p.rights),
                                     l4_map_control(p.va, 0, L4_MAP_ITEM_MAP)));
        if (error < 0)
            return error;
    }
    return 0;
}

static void region_unmap(struct rm *rm, const struct region *g)
{
    l4_addr_t a = g->start;
    while (rm->has_task && a < g->end) {
        unsigned order = L4_PAGESHIFT;
        while (!(a & (1ul << order)) && a + (2ul << order) <= g->end)
            order++;
        l4_task_unmap(rm_task(rm), l4_fpage(a, order, L4_FPAGE_RWX),
                      L4_FP_ALL_SPACES);
        a += 1ul << order;
    }
}

/* --- places --------------------------------------------------------- */

/* Alignment a region wants: by request, and so that large flexpages fit
 * where its memory is in one piece. */
static void place_align(const struct attachment *a, unsigned log2_align,
                        struct region_search *s)
{
    const struct dataspace *ds = a->ds;
    s->align = 1ul << (log2_align > L4_PAGESHIFT ? log2_align : L4_PAGESHIFT);
    if (log2_align > L4_PAGESHIFT || !ds)
        return;
    l4_addr_t best = ds->base ? L4_SUPERPAGESIZE : 1ul << 14;
    while (s->align < best && s->align < s->size)
        s->align <<= 1;
    s->congruent = ds->base + a->region.offset;
}

/* Finds or checks the place of a region or area. 0, -L4_EADDRNOTAVAIL,
 * -L4_EINVAL. `size` is page rounded. */
static long place_find(struct rm *rm, const struct region_search *wanted,
                       l4_umword_t flags, l4_addr_t *inout_start)
{
    struct region_search s = *wanted;
    struct region *areas = flags & L4RE_RM_F_IN_AREA ? NULL : rm->areas;
    l4_addr_t start = *inout_start;
    s.from = rm->start + RM_SEARCH_MARGIN;
    s.to = rm->end - RM_SEARCH_MARGIN;
    if (flags & L4RE_RM_F_IN_AREA) {
        struct region *area = region_find(rm->areas, start, start + 1);
        if (!area)
            return -L4_ENOENT;
        s.from = area->start;
        s.to = area->end;
    }
    if (flags & L4RE_RM_F_SEARCH_ADDR) {
        if (start > s.from && start < s.to)
            s.from = start;
        *inout_start = region_search(rm->regions, areas, &s);
        return *inout_start ? 0 : -L4_EADDRNOTAVAIL;
    }
    l4_addr_t end = start + s.size;
    if (start & ~L4_PAGEMASK)
        return -L4_EINVAL;
    if (end < start || start < rm->start + ADDRESS_MARGIN || end > rm->end)
        return -L4_ERANGE;
    if (flags & L4RE_RM_F_IN_AREA && end > s.to)
        return -L4_EINVAL;
    if (region_find(rm->regions, start, end) || region_find(areas, start, end))
        return -L4_EADDRNOTAVAIL;
    return 0;
}

/* --- requests ------------------------------------------------------- */

static l4_msgtag_t on_reserve(struct rm *rm, const struct request *r)
{
    struct region_search s = {
        .size = l4_round_page(r->mr[2]),
        .align = L4_PAGESIZE,
    };
    l4_addr_t start = r->mr[1];
    unsigned align = (unsigned)r->mr[4];
    if (!s.size || r->mr[2] > SLOT_SIZE || align > 40)
        return answer(-L4_EINVAL);
    if (align > L4_PAGESHIFT)
        s.align = 1ul << align;
    l4_umword_t flags = r->mr[3] & ~(l4_umword_t)L4RE_RM_F_IN_AREA;
    long error = place_find(rm, &s, flags, &start);
    if (!error)
        error =
            region_insert(&rm->areas, &(struct region){.start = start,
                                                       .end = start + s.size,
                                                       .flags = flags});
    return answer_words(error, 1, &start);
}

static l4_msgtag_t on_free_area(struct rm *rm, const struct request *r)
{
    struct region *area = region_find(rm->areas, r->mr[1], r->mr[1] + 1);
    if (!area)
        return answer(-L4_ENOENT);
    region_remove(&rm->areas, area);
    return answer(0);
}

/* The dataspace of an attach request and what it may do there; keeps I2. */
static long attach_check(const struct request *r, struct attachment *a)
{
    l4_umword_t rights;
    struct region *g = &a->region;
    l4_size_t size = g->end; /* not placed yet */
    if (g->flags & (L4RE_RM_F_RESERVED | L4RE_RM_F_PAGER))
        return g->flags & L4RE_RM_F_PAGER ? -L4_EINVAL : 0;
    a->ds = (struct dataspace *)request_object(r, &dataspace_ops, &rights);
    if (!a->ds)
        return -L4_EINVAL;
    if (g->offset & ~L4_PAGEMASK)
        return -L4_EINVAL;
    if (g->offset > dataspace_span(a->ds) ||
        size > dataspace_span(a->ds) - g->offset)
        return -L4_ERANGE;
    /* Who may not destroy it does not do so by detaching. */
    enum { MAY_DESTROY = L4_CAP_FPAGE_W | L4_CAP_FPAGE_S };
    if (g->flags & L4RE_RM_F_DETACH_FREE &&
        (rights & MAY_DESTROY) != MAY_DESTROY)
        return -L4_EPERM;
    unsigned have = a->ds->rights;
    if (!(rights & L4_CAP_FPAGE_W))
        have &= ~(unsigned)L4_FPAGE_W;
    g->flags |= L4_FPAGE_RO;
    if (g->flags & L4_FPAGE_RWX & ~have)
        return -L4_EPERM;
    g->ds = a->ds->object.label;
    return 0;
}

static l4_msgtag_t on_attach(struct rm *rm, const struct request *r)
{
    struct attachment a = {.region = {
                               .start = r->mr[1],
                               .end = l4_round_page(r->mr[2]),
                               .flags = r->mr[3],
                               .offset = r->mr[4],
                               .selector = r->mr[6],
                           }};
    struct region *g = &a.region;
    struct region_search s = {.size = g->end};
    if (!s.size || r->mr[2] > SLOT_SIZE || r->mr[5] > 40)
        return answer(-L4_EINVAL);
    long error = attach_check(r, &a);
    if (error)
        return answer(error);
    place_align(&a, (unsigned)r->mr[5], &s);
    error = place_find(rm, &s, g->flags, &g->start);
    if (error)
        return answer(error);
    g->end = g->start + s.size;
    error = region_add(rm, g);
    if (!error && a.ds && g->flags & L4RE_RM_F_EAGER_MAP && rm->has_task) {
        error = region_map_now(rm, g);
        if (error) {
            region_unmap(rm, g);
            region_drop(rm, region_find(rm->regions, g->start, g->end));
        }
    }
    return answer_words(error, 1, &g->start);
}

static l4_msgtag_t on_detach(struct rm *rm, const struct request *r)
{
    struct region *found = region_find(rm->regions, r->mr[1], r->mr[1] + 1);
    if (!found)
        return answer(-L4_ENOENT);
    struct region g = *found;
    struct dataspace *ds = region_dataspace(&g);
    region_unmap(rm, &g);
    l4_size_t size = g.end - g.start;
    bool is_freed = ds && g.flags & L4RE_RM_F_DETACH_FREE && !ds->borrowed;
    if (is_freed && size != dataspace_span(ds))
        dataspace_drop(ds, g.offset, size);
    region_drop(rm, found);
    ds = region_dataspace(&g); /* it may have gone */
    if (ds && is_freed && size == dataspace_span(ds))
        object_destroy(&ds->object);
    return answer_words(L4RE_RM_DETACHED_DS, 3,
                        (l4_umword_t[]){g.start, size, g.selector});
}

static l4_msgtag_t on_find(struct rm *rm, const struct request *r)
{
    l4_addr_t start = r->mr[1], end = start + (r->mr[2] ? r->mr[2] : 1);
    struct region *g = region_find(rm->regions, start, end);
    long kind = 1;
    if (!g) {
        g = region_find(rm->areas, start, end);
        kind = 0;
    }
    if (!g)
        return answer(-L4_ENOENT);
    return answer_words(
        kind, 5,
        (l4_umword_t[]){g->start, g->end - g->start, g->offset,
                        g->flags | (kind ? 0 : L4RE_RM_F_RESERVED),
                        kind ? g->selector : L4_INVALID_CAP});
}

static void rm_show(const struct object *o)
{
    const struct rm *rm = (const struct rm *)o;
    say("moe: region map %d\n", (long)rm->object.index);
    for (struct region *g = rm->regions; g; g = g->next)
        say("  %x-%x flags %x offset %x\n", g->start, g->end, g->flags,
            g->offset);
    for (struct region *g = rm->areas; g; g = g->next)
        say("  %x-%x reserved\n", g->start, g->end);
}

/*
 * Is the capability really a task? moe will invoke it, and invoking a gate
 * would put moe into its owner's hands. So the kernel is asked by a request
 * to moe's own task, where the stranger is only an argument: to map what
 * slot 0 holds, which is of no importance. It refuses what is no task.
 */
static bool is_task(l4_cap_idx_t cap)
{
    long error = l4_error(l4_task_map(
        L4_BASE_TASK_CAP, cap, l4_obj_fpage(0, 0, L4_CAP_FPAGE_RO),
        l4_map_obj_control(slot_cap(SLOT_CREATED), L4_MAP_ITEM_MAP)));
    l4_task_release_cap(L4_BASE_TASK_CAP, slot_cap(SLOT_CREATED));
    return error >= 0;
}

static l4_msgtag_t on_set_task(struct rm *rm, const struct request *r)
{
    if (rm->has_task)
        return answer(-L4_EBUSY);
    long error = request_keep_cap(r, SLOT_KEPT + rm->object.index);
    if (error)
        return answer(error);
    if (!is_task(rm_task(rm))) {
        l4_task_release_cap(L4_BASE_TASK_CAP, rm_task(rm));
        return answer(-L4_EINVAL);
    }
    rm->has_task = true;
    for (struct region *g = rm->regions; g && !error; g = g->next)
        if (g->flags & L4RE_RM_F_EAGER_MAP)
            error = region_map_now(rm, g);
    return answer(error);
}

static l4_msgtag_t rm_request(struct object *o, const struct request *r)
{
    static const unsigned char arguments[] = {
        [RM_RESERVE] = 4, [RM_FREE_AREA] = 1, [RM_ATTACH] = 6,
        [RM_DETACH] = 1,  [RM_FIND] = 2,      [RM_GET_INFO] = 1,
    };
    struct rm *rm = (struct rm *)o;
    if (r->mr[0] < sizeof arguments && r->words < 1u + arguments[r->mr[0]])
        return answer(-L4_EMSGTOOSHORT);
    switch (r->mr[0]) {
    case RM_RESERVE:
        return on_reserve(rm, r);
    case RM_FREE_AREA:
        return on_free_area(rm, r);
    case RM_ATTACH:
        return on_attach(rm, r);
    case RM_DETACH:
        return on_detach(rm, r);
    case RM_FIND:
        return on_find(rm, r);
    case RM_GET_INFO:
        if (!region_find(rm->regions, r->mr[1], r->mr[1] + 1))
            return answer(-L4_ENOENT);
        return answer_words(0, 1, (l4_umword_t[]){0});
    case RM_SHOW:
        rm_show(o);
        return answer(0);
    case RM_LIMITS:
        return answer_words(
            0, 3,
            (l4_umword_t[]){rm->start, rm->end - 1, rm->start + KIP_OFFSET});
    case RM_SET_TASK:
        return on_set_task(rm, r);
    default:
        return answer(-L4_ENOSYS);
    }
}

/* --- life ----------------------------------------------------------- */

void rm_end_task(struct rm *rm)
{
    if (rm->has_task)
        l4_task_delete_obj(L4_BASE_TASK_CAP, rm_task(rm));
    rm->has_task = false;
}

static void rm_destroy(struct object *o)
{
    struct rm *rm = (struct rm *)o;
    while (rm->regions)
        region_drop(rm, rm->regions);
    while (rm->areas)
        region_remove(&rm->areas, rm->areas);
    if (rm->has_task)
        l4_task_release_cap(L4_BASE_TASK_CAP, rm_task(rm));
    slots_give_back(rm->start);
    heap_free(rm, sizeof *rm);
}

void rm_set_kip(struct dataspace *ds)
{
    kip = ds;
}

long rm_create(struct allocator *owner, struct rm **ret_rm)
{
    struct rm *rm = heap_alloc(sizeof *rm);
    if (!rm)
        return -L4_ENOMEM;
    rm->object.ops = &rm_ops;
    rm->start = slots_take();
    rm->end = rm->start + SLOT_SIZE;
    struct region g = {
        .start = rm->start + KIP_OFFSET,
        .end = rm->start + KIP_OFFSET + L4_PAGESIZE,
        .flags = L4_FPAGE_RX | L4RE_RM_F_EAGER_MAP | L4RE_RM_F_KERNEL,
        .ds = kip->object.label,
    };
    long error = rm->start ? region_add(rm, &g) : -L4_ENOMEM;
    if (!error)
        error = object_add(&rm->object, owner);
    if (!error) {
        *ret_rm = rm;
        return 0;
    }
    if (rm->regions)
        region_drop(rm, rm->regions);
    if (rm->start)
        slots_give_back(rm->start);
    heap_free(rm, sizeof *rm);
    return error;
}

static const char *rm_check(const struct object *o)
{
    const struct rm *rm = (const struct rm *)o;
    const char *broken = region_check(rm->regions, rm->start, rm->end);
    for (const struct region *g = rm->regions; g && !broken; g = g->next) {
        const struct dataspace *ds = region_dataspace(g);
        if (ds && g->flags & L4_FPAGE_RWX & ~ds->rights)
            broken = "rm I2: more rights than the dataspace gives";
    }
    return broken ? broken : region_check(rm->areas, rm->start, rm->end);
}

const struct object_ops rm_ops = {
    .name = "region map",
    .protocol = L4RE_PROTO_RM,
    .request = rm_request,
    .show = rm_show,
    .check = rm_check,
    .destroy = rm_destroy,
};
