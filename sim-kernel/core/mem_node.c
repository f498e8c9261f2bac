/*
 * Nodes of mapped memory: made, taken, split (see mem_node.h).
 */
#include "mem_split.h"

#include "kassert.h"
#include "kmem.h"
#include "trace.h"
#include "work.h"
#include <l4/sys/err.h>

struct mem_node *mem_node_alloc(struct mspace *m)
{
    struct mem_node *n = kmem_alloc(m->quota, sizeof(struct mem_node));
    if (n) {
        n->space = m;
        mapping_init(&n->map);
    }
    return n;
}

void mem_node_release(struct mem_node *n)
{
    mem_split_forget(n);
    kmem_free(n->space->quota, n, sizeof(*n));
}

void mem_node_place(struct mem_node *n, uaddr_t va, paddr_t pa, unsigned order)
{
    n->pa = pa;
    n->order = (uint8_t)order;
    tree_insert(&n->space->nodes, &n->place, va);
}

int mem_node_make(struct mspace *m, uaddr_t va, paddr_t pa, unsigned order,
                  unsigned rights, unsigned attributes,
                  struct mem_node **ret_node)
{
    struct mem_node *n = mem_node_alloc(m);
    work_done(MEM_ENTRY_STEPS);
    if (!n)
        return -L4_ENOMEM;
    if (port_space_map(&m->port, va, pa, order, rights, attributes)) {
        mem_node_release(n);
        return -L4_ENOMEM;
    }
    n->rights = (uint8_t)rights;
    n->attributes = (uint8_t)attributes;
    mem_node_place(n, va, pa, order);
    *ret_node = n;
    return 0;
}

unsigned mem_node_take(struct mem_node *n, unsigned rights)
{
    struct mspace *m = n->space;
    unsigned left = rights & RIGHT_R ? 0 : n->rights & ~rights;
    unsigned taken = left ? n->rights & ~left : RIGHT_RWX;
    unsigned used = n->used;

    work_done(MEM_ENTRY_STEPS);
    used |= port_space_protect(&m->port, mem_va(n), n->order, left);
    trace_event(VTR_MEM_UNMAP, 0, m->task_id, mem_va(n), n->order << 8 | taken,
                trace_self()->task, 0, 0);
    n->used = 0;
    n->rights = (uint8_t)left;
    if (!left) {
        mapping_remove(&n->map);
        tree_remove(&m->nodes, &n->place);
        mem_node_release(n);
    }
    return used;
}

/* Has n, which is to go with all below it, got children behind the walk's
 * back, while it was stopped? */
static inline bool came_late(const struct mem_node *n, paddr_t to,
                             unsigned rights)
{
    return (rights & RIGHT_R) && n->pa + mem_node_size(n) <= to &&
           !list_is_empty(&n->map.children);
}

bool mem_take_below(struct mem_node *n, paddr_t from, paddr_t to,
                    unsigned rights, unsigned *budget, unsigned *ret_used)
{
    struct mapping_walk what = {rights, from, to};
    enum mapping_step step;
    struct mapping *m;
    mapping_walk_start(&n->map, &what);
    while ((step = mapping_walk_step(&m)) != WALK_OVER) {
        struct mem_node *below = step == WALK_VISIT ? mem_node_of(m) : NULL;
        if (below && below->pa >= from && below->pa < to &&
            (below->rights & rights)) {
            if (came_late(below, to, rights)) {
                mapping_walk_into(m);
                continue;
            }
            if (*budget == 0) {
                mapping_walk_back(m);
                return false;
            }
            (*budget)--;
            *ret_used |= mem_node_take(below, rights);
        }
        if (work_should_stop())
            return false;
    }
    return true;
}

bool mem_take_tree(struct mem_node *n, unsigned rights, unsigned *budget,
                   unsigned *ret_used)
{
    paddr_t end = n->pa + mem_node_size(n);
    do {
        if (!mem_take_below(n, n->pa, end, rights, budget, ret_used))
            return false;
    } while (came_late(n, end, rights));
    if (*budget == 0)
        return false;
    (*budget)--;
    *ret_used |= mem_node_take(n, rights);
    return true;
}

bool mem_clear(struct mem_node *n, unsigned *budget)
{
    unsigned used = 0;
    struct mem_node *parent = mspace_parent(n);
    bool done = mem_take_tree(n, RIGHT_RWX, budget, &used);
    if (parent)
        parent->used |= (uint8_t)used;
    return done;
}
