/*
 * Handing memory on: mspace_map().
 *
 * Goes through the source's nodes in the range, one piece (a page, or a
 * superpage that fits) at a time, and looks at the place it is to have:
 *
 *      free                        -> insert: a new node below the source's
 *      the same frame, related     -> merge: add rights
 *      anything else               -> clear: take that down (or split it, if
 *                                     it is larger), then look again
 *
 * "Look again" starts from the addresses, because clearing the place may
 * have taken the source's node itself (it may be derived from what was
 * there). After each step all invariants hold, so the call may stop at any.
 *
 * No step is wasted on memory that is missing at the end: clearing a place
 * gave back to dst's quota at least the node that is then needed.
 */
#include "mspace.h"

#include "kassert.h"
#include "mem_split.h"
#include "trace.h"
#include "work.h"
#include <l4/sys/err.h>

struct handing {
    struct mspace *src, *dst;
    unsigned rights, attributes; /* attributes 0: the source's */
    bool grant;
    unsigned budget, pages;
};

struct piece {
    struct mem_node *n; /* source */
    uaddr_t from, to;   /* in src, in dst */
    paddr_t pa;
    unsigned order;
};

enum { DONE = 0, AGAIN = 1 }; /* < 0: an error */

static unsigned piece_attributes(const struct handing *h, const struct piece *p)
{
    return h->attributes ? h->attributes : p->n->attributes;
}

static void piece_done(struct handing *h, const struct piece *p,
                       unsigned rights)
{
    h->pages++;
    trace_event(VTR_MEM_MAP, 0, h->src->task_id, p->from, h->dst->task_id,
                p->to, p->order << 8 | rights, p->pa);
}

/* Before a grant: what is derived from n keeps only `rights`. */
static bool grant_narrow(struct handing *h, struct mem_node *n, unsigned rights)
{
    unsigned used = 0;
    paddr_t end = n->pa + mem_node_size(n);
    unsigned lost = n->rights & ~rights;
    if (!lost)
        return true;
    bool done = mem_take_below(n, n->pa, end, lost, &h->budget, &used);
    n->used |= (uint8_t)used;
    return done;
}

/* Granting n to where e is already: n's other children become e's. */
static int grant_absorb(struct mem_node *n, struct mem_node *e)
{
    struct list *head = &n->map.children;
    while (!list_is_empty(head)) {
        struct list *l = head->next;
        if (l == &e->map.sibling)
            l = l->next;
        if (l == head)
            break;
        mapping_move(container_of(l, struct mapping, sibling), &e->map);
        work_done(1);
        if (work_should_stop())
            return -L4_EAGAIN; /* then piece_merge() goes on with it */
    }
    e->used |= (uint8_t)mem_node_take(n, RIGHT_RWX);
    return DONE;
}

static int piece_insert(struct handing *h, struct piece *p)
{
    struct mem_node *n = p->n, *d;
    unsigned rights = n->rights & h->rights;

    if (h->grant && !grant_narrow(h, n, rights))
        return -L4_EAGAIN;
    if (h->budget == 0)
        return -L4_EAGAIN;
    if (mem_node_make(h->dst, p->to, p->pa, p->order, rights,
                      piece_attributes(h, p), &d))
        return -L4_ENOMEM;
    h->budget--;
    piece_done(h, p, rights);
    mapping_add_child(&n->map, &d->map);
    return h->grant ? grant_absorb(n, d) : DONE;
}

/* Is p's frame at p->to already, in node e, from where p would have it? */
static bool piece_is_there(const struct handing *h, const struct piece *p,
                           const struct mem_node *e)
{
    const struct mapping *n = &p->n->map;
    if (e->order < p->order || e->pa + (p->to - mem_va(e)) != p->pa)
        return false;
    return mapping_is_near(n, &e->map) || e->map.parent == n ||
           (h->grant && e->map.parent == n->parent);
}

/* e, which has the piece's frame, gets the rights it lacks. */
static int piece_merge(struct handing *h, struct piece *p, struct mem_node *e)
{
    struct mem_node *n = p->n;
    struct port_space *port = &e->space->port;
    unsigned rights = e->rights | (n->rights & h->rights);
    bool same =
        rights == e->rights && (e->attributes == piece_attributes(h, p) ||
                                mapping_is_near(&n->map, &e->map));

    if (same && !h->grant) {
        h->pages++; /* costs no budget: a restarted call comes along here */
        return DONE;
    }
    if (!same && e->order > p->order)
        return AGAIN;
    if (h->grant && !grant_narrow(h, n, rights))
        return -L4_EAGAIN;
    if (h->budget == 0)
        return -L4_EAGAIN;
    h->budget--;
    if (!same) {
        unsigned attributes = piece_attributes(h, p);
        e->used |=
            (uint8_t)port_space_protect(port, mem_va(e), e->order, e->rights);
        if (port_space_map(port, mem_va(e), e->pa, e->order, rights,
                           attributes))
            return -L4_ENOMEM;
        e->rights = (uint8_t)rights;
        e->attributes = (uint8_t)attributes;
    }
    piece_done(h, p, rights);
    return h->grant ? grant_absorb(n, e) : DONE;
}

/* Splits n with all derived from it. AGAIN: look anew. */
static int split(struct handing *h, struct mem_node *n)
{
    unsigned used = 0;
    bool done = mem_split_below(n, &h->budget, &used);
    n->used |= (uint8_t)used;
    if (!done || h->budget == 0)
        return -L4_EAGAIN;
    mem_spend(&h->budget, MEM_SPLIT);
    int error = mem_node_split(n);
    return error ? error : AGAIN;
}

/* Makes the place of p free of e. */
static int piece_clear(struct handing *h, struct piece *p, struct mem_node *e)
{
    if (e->order > p->order)
        return split(h, e);
    return mem_clear(e, &h->budget) ? AGAIN : -L4_EAGAIN;
}

static int piece_place(struct handing *h, struct piece *p)
{
    struct mem_node *e = mspace_from(h->dst, p->to);

    if (!(p->n->rights & h->rights & RIGHT_R))
        return DONE; /* without R nothing is handed on */
    if (h->src == h->dst && p->from == p->to) {
        h->pages++;
        return DONE;
    }
    if (h->grant && p->n->order > p->order)
        return split(h, p->n);
    if (!e || mem_va(e) >= p->to + (1ul << p->order))
        return piece_insert(h, p);
    if (piece_is_there(h, p, e)) {
        int result = piece_merge(h, p, e);
        return result == AGAIN ? split(h, e) : result;
    }
    return piece_clear(h, p, e);
}

int mspace_map(struct mspace *src, uaddr_t src_va, struct mspace *dst,
               uaddr_t dst_va, unsigned order, unsigned rights,
               unsigned attributes, bool grant, unsigned budget,
               unsigned *ret_pages)
{
    uaddr_t behind = 0;
    mapping_walk_forget();
    return mspace_map_on(src, src_va, dst, dst_va, order, rights, attributes,
                         grant, budget, ret_pages, &behind);
}

int mspace_map_on(struct mspace *src, uaddr_t src_va, struct mspace *dst,
                  uaddr_t dst_va, unsigned order, unsigned rights,
                  unsigned attributes, bool grant, unsigned budget,
                  unsigned *ret_pages, uaddr_t *behind)
{
    *ret_pages = 0;
    if (order < PAGE_ORDER)
        return 0;
    if (!mem_split_on())
        return -L4_EAGAIN;
    src_va = mem_range_start(src_va, order);
    dst_va = mem_range_start(dst_va, order);
    struct handing h = {.src = src,
                        .dst = dst,
                        .rights = rights,
                        .attributes = attributes,
                        .grant = grant,
                        .budget = budget};
    uaddr_t at = src_va + *behind, end = mem_range_end(src_va, order);
    int result = DONE;
    struct mem_node *n;

    while (result >= 0 && at < end && (n = mspace_from(src, at)) &&
           mem_va(n) < end) {
        struct piece p = {.n = n, .from = mem_va(n) > at ? mem_va(n) : at};
        p.order = order < n->order ? PAGE_ORDER : n->order;
        p.to = dst_va + (p.from - src_va);
        p.pa = n->pa + (p.from - mem_va(n));
        if (p.to < dst_va || mem_range_end(p.to, p.order) > dst->end)
            break; /* outside of what dst may map */
        result = piece_place(&h, &p);
        at = result == DONE ? p.from + (1ul << p.order) : p.from;
        *behind = at - src_va;
        if (result >= 0 && work_should_stop())
            result = -L4_EAGAIN;
    }
    *ret_pages = h.pages;
    return result < 0 ? result : 0;
}
