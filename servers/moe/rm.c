/*
 * Region maps: attach and detach dataspaces, answer page faults.
 *
 * The region map's gate is the pager of the program's threads; rm_pages.c
 * answers their faults, rm_parts.c keeps the records.
 *
 * A region names its dataspace by label, so that a destroyed dataspace is
 * simply not found. Dataspaces of other servers are asked by a thread of their
 * own (pager.c): the answer to a fault must not wait for who may never reply.
 *
 * The main thread never invokes a capability of a client but the task of a
 * region map, and that only after is_task(): see there.
 *
 * I1  regions and areas lie inside [start, end) of the region map.
 * I2  a region's rights are at most its `most`, and that is at most those of
 *     the dataspace and of the capability by which it was attached.
 * I3  each region with a dataspace is one use of it.
 */
#include "rm.h"
#include "console.h"
#include "dataspace.h"
#include "factory.h"
#include "foreign.h"
#include "record.h"
#include "pager.h"
#include "pages.h"
#include "rm_pages.h"
#include "rm_parts.h"
#include "slots.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/rm.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>

enum {
    KIP_OFFSET = 0x10000,
    KIP_FROM_END = 0x80000,
    ADDRESS_MARGIN = L4_PAGESIZE, /* the first page is never mapped */
    /* What one request does at most, while everybody else waits: */
    SHOW_PIECE = 8, /* lines */
    END_PIECE = 6,  /* regions that go */
};

static struct dataspace *kip;
static struct rm *maps; /* all of them */

/* What an attach request asks for, checked. */
struct attachment {
    struct region region;
    struct dataspace *ds; /* NULL: reserved, pager regions */
};

/* --- places --------------------------------------------------------- */

/* Alignment a region wants: by request, and so that large flexpages fit where
 * its memory is in one piece; for that it wastes a quarter of its size. */
static void place_align(const struct attachment *a, unsigned log2_align,
                        struct region_search *s)
{
    const struct dataspace *ds = a->ds;
    s->align = 1ul << (log2_align > L4_PAGESHIFT ? log2_align : L4_PAGESHIFT);
    if (log2_align > L4_PAGESHIFT || !ds)
        return;
    l4_addr_t best = ds->base ? L4_SUPERPAGESIZE : 1ul << 14;
    while (s->align < best && s->align < s->size / 4)
        s->align <<= 1;
    s->congruent = ds->base + a->region.offset;
}

/* Finds or checks the place of a region or area. 0, -L4_EADDRNOTAVAIL,
 * -L4_EINVAL. `size` is page rounded. */
static long place_find(struct rm *rm, const struct region_search *wanted,
                       l4_umword_t flags, l4_addr_t *inout_start)
{
    struct region_search s = *wanted;
    const struct regions *all = &rm->regions;
    bool in_area = flags & L4RE_RM_F_IN_AREA;
    l4_addr_t start = *inout_start;
    s.from = rm->start + RM_SEARCH_MARGIN;
    s.to = rm->end - RM_SEARCH_MARGIN;
    if (in_area) {
        const struct region *area = area_find(all, start, start + 1);
        if (!area)
            return -L4_ENOENT;
        s.from = area->start;
        s.to = area->end;
    }
    if (flags & L4RE_RM_F_SEARCH_ADDR) {
        if (start > s.from && start < s.to)
            s.from = start;
        *inout_start =
            region_search(all, in_area ? SPAN_REGIONS : SPAN_TAKEN, &s);
        return *inout_start ? 0 : -L4_EADDRNOTAVAIL;
    }
    l4_addr_t end = start + s.size;
    if (start & ~L4_PAGEMASK)
        return -L4_EINVAL;
    if (end < start || start < rm->start + ADDRESS_MARGIN || end > rm->end)
        return -L4_ERANGE;
    if (in_area && end > s.to)
        return -L4_EINVAL;
    bool is_free = !region_find(all, start, end) &&
                   (in_area || !area_find(all, start, end));
    return is_free ? 0 : -L4_EADDRNOTAVAIL;
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
        error = region_insert(&rm->regions, rm->object.owner,
                              &(struct region){.start = start,
                                               .end = start + s.size,
                                               .is_area = true,
                                               .flags = (l4_uint32_t)flags});
    return answer_words(error, 1, &start);
}

/* The dataspace is another server's, who says at each page what may be done
 * with it. */
static long attach_foreign(struct rm *rm, const struct request *r,
                           struct region *g)
{
    if (r->items < 1 || (r->mr[r->words] & L4_RCV_ITEM_RESULT_MASK) !=
                            L4_RCV_ITEM_RESULT_MAPPED)
        return -L4_EINVAL;
    g->flags |= L4_FPAGE_RO;
    g->most = L4_FPAGE_RWX;
    struct foreign *f;
    long error = pager_need(rm);
    if (!error)
        error = foreign_create(r, rm->object.owner, &f);
    if (!error) {
        g->is_foreign = true;
        g->shown = (l4_umword_t)f;
    }
    return error;
}

/* The dataspace of an attach request and what it may do there; keeps I2. */
static long attach_check(struct rm *rm, const struct request *r,
                         struct attachment *a)
{
    l4_umword_t rights;
    struct region *g = &a->region;
    l4_size_t size = g->end; /* not placed yet */
    if (g->flags & (L4RE_RM_F_RESERVED | L4RE_RM_F_PAGER))
        return g->flags & L4RE_RM_F_PAGER ? -L4_EINVAL : 0;
    if (g->offset & ~L4_PAGEMASK || g->offset + size < size)
        return -L4_EINVAL;
    a->ds = (struct dataspace *)request_object(r, &dataspace_ops, &rights);
    if (!a->ds)
        return attach_foreign(rm, r, g);
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
    if (!pages_may_show(a->ds))
        return -L4_ENOMEM;
    g->most = have & L4_FPAGE_RWX;
    g->shown = a->ds->object.label;
    return 0;
}

static l4_msgtag_t on_attach(struct rm *rm, const struct request *r)
{
    struct attachment a = {.region = {
                               .start = r->mr[1],
                               .end = l4_round_page(r->mr[2]),
                               .flags = (l4_uint32_t)r->mr[3],
                               .offset = r->mr[4],
                               .selector = r->mr[6],
                           }};
    struct region *g = &a.region;
    struct region_search s = {.size = g->end};
    if (!s.size || r->mr[2] > SLOT_SIZE || r->mr[5] > 40)
        return answer(-L4_EINVAL);
    long error = attach_check(rm, r, &a);
    if (error)
        return answer(error);
    place_align(&a, (unsigned)r->mr[5], &s);
    error = place_find(rm, &s, g->flags, &g->start);
    g->end = g->start + s.size;
    if (!error)
        error = region_add(rm, g);
    if (g->is_foreign)
        foreign_unuse(region_foreign(g)); /* the region has one of its own */
    l4_umword_t words[] = {g->start, g->start};
    long result = g->is_foreign ? RM_ATTACHED_FOREIGN : 0;
    if (!error && a.ds && g->flags & L4RE_RM_F_EAGER_MAP && rm->has_task) {
        long more = rm_map_now(rm, &words[1], g->end);
        result = more > 0 ? RM_ATTACHED_PIECE : 0;
        error = more < 0 ? more : 0;
        if (error) {
            region_unmap(rm, g->start, g->end, L4_FPAGE_RWX);
            region_drop(rm, region_find(&rm->regions, g->start, g->end));
        }
    }
    return answer_words(error ? error : result, 2, words);
}

/* The next pages of what is to be mapped at once. */
static l4_msgtag_t on_map(const struct rm *rm, const struct request *r)
{
    l4_addr_t from = r->mr[1];
    if (!rm->has_task)
        return answer(-L4_EINVAL);
    return answer_words(rm_map_now(rm, &from, r->mr[2]), 1, &from);
}

static l4_msgtag_t on_find(struct rm *rm, const struct request *r)
{
    l4_addr_t start = r->mr[1], end = start + (r->mr[2] ? r->mr[2] : 1);
    struct region *g = region_find(&rm->regions, start, end);
    long kind = 1;
    if (!g) {
        g = area_find(&rm->regions, start, end);
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

/* Some lines about regions (0) or areas (1) from an address on; true: there is
 * more, from *inout_from. */
static bool show_some(const struct rm *rm, l4_umword_t kind,
                      l4_addr_t *inout_from)
{
    const struct regions *all = &rm->regions;
    const struct region *g = kind ? area_find(all, *inout_from, ~0ul)
                                  : region_find(all, *inout_from, ~0ul);
    for (unsigned i = 0; g && i < SHOW_PIECE; i++) {
        *inout_from = g->end;
        if (kind)
            say("  %x-%x reserved\n", g->start, g->end);
        else
            say("  %x-%x flags %x offset %x\n", g->start, g->end,
                (l4_umword_t)g->flags, g->offset);
        g = kind ? area_next(all, g) : region_next(all, g);
    }
    return g;
}

static l4_msgtag_t on_show(const struct rm *rm, const struct request *r)
{
    l4_umword_t kind = r->words > 1 ? r->mr[1] : 0;
    l4_addr_t from = r->words > 2 ? r->mr[2] : 0;
    if (!kind && !from)
        say("moe: region map %d\n", (long)rm->object.index);
    bool is_more = show_some(rm, kind, &from);
    l4_umword_t next[] = {kind || !is_more, is_more ? from : 0};
    return answer_words(is_more || !kind, 2, next);
}

/* The first of them; all: RM_SHOW. */
static void rm_show(const struct object *o)
{
    const struct rm *rm = (const struct rm *)o;
    l4_addr_t from = 0, areas_from = 0;
    say("moe: region map %d\n", (long)rm->object.index);
    if (show_some(rm, 0, &from) | show_some(rm, 1, &areas_from))
        say("  ...\n");
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
    l4_addr_t from = 0;
    error = rm_map_now(rm, &from, ~0ul);
    return answer_words(error, 1, &from);
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
        return rm_free_area(rm, r);
    case RM_ATTACH:
        return on_attach(rm, r);
    case RM_DETACH:
        return rm_detach(rm, r);
    case RM_FIND:
        return on_find(rm, r);
    case RM_GET_INFO:
        if (!region_find(&rm->regions, r->mr[1], r->mr[1] + 1))
            return answer(-L4_ENOENT);
        return answer_words(0, 1, (l4_umword_t[]){0});
    case RM_SHOW:
        return on_show(rm, r);
    case RM_LIMITS:
        return answer_words(0, 3,
                            (l4_umword_t[]){rm->start, rm->end - 1, rm->kip});
    case RM_SET_TASK:
        return on_set_task(rm, r);
    case RM_MAP:
        return r->words < 3 ? answer(-L4_EMSGTOOSHORT) : on_map(rm, r);
    case RM_PROTECT:
        return r->words < 4 ? answer(-L4_EMSGTOOSHORT) : rm_protect(rm, r);
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

struct rm *rm_first(void)
{
    return maps;
}

static void maps_add(struct rm *rm)
{
    rm->next_map = maps;
    if (maps)
        maps->prev_map = rm;
    maps = rm;
}

static void maps_remove(struct rm *rm)
{
    if (rm->prev_map)
        rm->prev_map->next_map = rm->next_map;
    else
        maps = rm->next_map;
    if (rm->next_map)
        rm->next_map->prev_map = rm->prev_map;
}

/* Its slot, and where the KIP is in it: out of the way of what is linked to a
 * fixed address. */
static long slot_find(struct rm *rm, l4_addr_t address)
{
    long error =
        allocator_share_take(rm->object.owner, SHARE_SLOTS, slots_left());
    if (error)
        return error;
    l4_addr_t start = address ? 0 : slots_take();
    if (address)
        error = slots_take_at(address, &start);
    else if (!start)
        error = -L4_ENOMEM;
    if (error) {
        allocator_share_free(rm->object.owner, SHARE_SLOTS);
        return error;
    }
    rm->start = start;
    rm->end = start + SLOT_SIZE;
    rm->kip = address ? rm->end - KIP_FROM_END : start + KIP_OFFSET;
    return 0;
}

static void slot_leave(const struct rm *rm)
{
    slots_give_back(rm->start);
    allocator_share_free(rm->object.owner, SHARE_SLOTS);
}

/* Regions and areas first. */
static bool rm_shrink(struct object *o)
{
    struct rm *rm = (struct rm *)o;
    struct region *g;
    for (unsigned i = 0; i < END_PIECE; i++) {
        if ((g = region_first(&rm->regions)))
            region_drop(rm, g);
        else if ((g = area_first(&rm->regions)))
            region_remove(&rm->regions, o->owner, g);
        else
            return false;
    }
    return true;
}

static void rm_destroy(struct object *o)
{
    struct rm *rm = (struct rm *)o;
    maps_remove(rm);
    pager_end(rm);
    while (rm_shrink(o))
        ;
    if (rm->has_task)
        l4_task_release_cap(L4_BASE_TASK_CAP, rm_task(rm));
    slot_leave(rm);
    record_free(o->owner, rm, sizeof *rm);
}

void rm_set_kip(struct dataspace *ds)
{
    kip = ds;
}

long rm_create(struct allocator *owner, l4_addr_t address, struct rm **ret_rm)
{
    struct rm *rm = record_alloc(owner, sizeof *rm);
    if (!rm)
        return -L4_ENOMEM;
    rm->object.ops = &rm_ops;
    rm->object.owner = owner;
    long error = slot_find(rm, address);
    if (error) {
        record_free(owner, rm, sizeof *rm);
        return error;
    }
    struct region g = {
        .start = rm->kip,
        .end = rm->kip + L4_PAGESIZE,
        .flags = L4_FPAGE_RX | L4RE_RM_F_EAGER_MAP | L4RE_RM_F_KERNEL,
        .most = L4_FPAGE_RX,
        .shown = kip->object.label,
    };
    error = region_add(rm, &g);
    if (!error)
        error = object_add(&rm->object, owner);
    if (!error) {
        maps_add(rm);
        *ret_rm = rm;
        return 0;
    }
    if (region_first(&rm->regions))
        region_drop(rm, region_first(&rm->regions));
    slot_leave(rm);
    record_free(owner, rm, sizeof *rm);
    return error;
}

static const char *rm_check(const struct object *o)
{
    const struct rm *rm = (const struct rm *)o;
    const char *broken = region_check(&rm->regions, rm->start, rm->end);
    for (const struct region *g = region_first(&rm->regions); g && !broken;
         g = region_next(&rm->regions, g)) {
        const struct dataspace *ds = region_dataspace(g);
        unsigned rights = g->flags & L4_FPAGE_RWX;
        if (ds && (rights & ~g->most || g->most & ~ds->rights))
            broken = "rm I2: more rights than the dataspace gives";
    }
    return broken;
}

const struct object_ops rm_ops = {
    .name = "region map",
    .protocol = L4RE_PROTO_RM,
    .request = rm_request,
    .show = rm_show,
    .check = rm_check,
    .shrink = rm_shrink,
    .destroy = rm_destroy,
};
