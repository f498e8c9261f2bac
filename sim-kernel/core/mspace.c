/*
 * Memory of a task: the space as a whole. The idea and the invariants are
 * in mspace.h; single nodes in mem_node.c, handing on in mspace_map.c,
 * taking back in mspace_unmap.c.
 */
#include "mspace.h"

#include "kassert.h"
#include "mem_split.h"
#include "trace.h"
#include "work.h"
#include <l4/sys/err.h>

/* Steps that a call of port_space_destroy() may take. */
enum { FREE_STEPS = 32 };

int mspace_init(struct mspace *m, struct quota *q, uint32_t task_id,
                uaddr_t end)
{
    m->quota = q;
    m->nodes = NULL;
    m->task_id = task_id;
    m->end = end;
    return port_space_init(&m->port) ? -L4_ENOMEM : 0;
}

bool mspace_clear(struct mspace *m, unsigned budget)
{
    m->end = 0;
    if (!mem_split_on())
        return false;
    while (m->nodes)
        if (!mem_clear(mem_node_at(m->nodes), &budget) || work_should_stop())
            return false;
    return true;
}

bool mspace_free_tables(struct mspace *m)
{
    while (!port_space_destroy(&m->port)) {
        work_done(FREE_STEPS);
        if (work_should_stop())
            return false;
    }
    return true;
}

bool mspace_destroy(struct mspace *m, unsigned budget)
{
    return mspace_clear(m, budget) && mspace_free_tables(m);
}

/* mspace_from() without counting; *ret_steps were needed. */
static struct mem_node *mspace_look_from(struct mspace *m, uaddr_t va,
                                         unsigned *ret_steps)
{
    struct mem_node *found = NULL;
    unsigned steps = 0;
    for (struct tree_node *at = m->nodes; at; steps++) {
        struct mem_node *n = mem_node_at(at);
        bool fits = va < mem_va(n) + mem_node_size(n);
        found = fits ? n : found; /* one to its left may end behind va, too */
        at = fits ? at->left : at->right;
    }
    *ret_steps = steps;
    return found;
}

struct mem_node *mspace_from(struct mspace *m, uaddr_t va)
{
    unsigned steps;
    struct mem_node *n = mspace_look_from(m, va, &steps);
    work_done(steps);
    return n;
}

struct mem_node *mspace_find(struct mspace *m, uaddr_t va)
{
    struct mem_node *n = mspace_from(m, va);
    return n && mem_va(n) <= va ? n : NULL;
}

int mspace_map_root(struct mspace *m, uaddr_t va, paddr_t pa, unsigned order,
                    unsigned rights, unsigned attributes)
{
    uaddr_t end = mem_range_end(va, order);
    struct mem_node *n = mspace_from(m, va);

    kassert(order == PAGE_ORDER || order == SUPERPAGE_ORDER);
    kassert(((va | pa) & ((1ul << order) - 1)) == 0);
    if (end > m->end)
        return -L4_EINVAL;
    if (n && mem_va(n) < end)
        return -L4_EEXIST;
    rights = (rights | RIGHT_R) & RIGHT_RWX;
    if (mem_node_make(m, va, pa, order, rights, attributes, &n))
        return -L4_ENOMEM;
    trace_event(VTR_MEM_MAP, 0, 0, 0, m->task_id, va, order << 8 | rights, pa);
    return 0;
}

struct mem_node *mspace_parent(const struct mem_node *n)
{
    return n->map.parent ? mem_node_of(n->map.parent) : NULL;
}

/* I3 of mspace.h; I1 to I4 of mapdb.h. */
static void check_derivation(const struct mem_node *n)
{
    const struct mem_node *p = mspace_parent(n);
    mapping_check(&n->map);
    if (!p)
        return;
    kassert((n->rights & ~p->rights) == 0);
    kassert(n->pa >= p->pa);
    kassert(n->pa + mem_node_size(n) <= mem_split_end(p));
}

static void check_node(const struct mspace *m, const struct mem_node *n)
{
    kassert(n->space == m);
    kassert(n->order == PAGE_ORDER || n->order == SUPERPAGE_ORDER);
    kassert(((mem_va(n) | n->pa) & (mem_node_size(n) - 1)) == 0);
    kassert((n->rights & RIGHT_R) && n->rights <= RIGHT_RWX);
    check_derivation(n);
}

void mspace_check(struct mspace *m)
{
    uaddr_t end = 0;
    unsigned steps; /* looking is no work of the kernel's */
    struct mem_node *n;
    tree_check(m->nodes);
    mem_split_check();
    while ((n = mspace_look_from(m, end, &steps))) {
        kassert(mem_va(n) >= end); /* I1 */
        end = mem_va(n) + mem_node_size(n);
        check_node(m, n);
    }
    kassert(end <= m->end || !m->end);
}
