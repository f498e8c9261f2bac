/*
 * Taking memory back: mspace_unmap().
 *
 * For each node of the space in the range, all that was derived from it and
 * lies in the range, leaves first, so that children never have more than
 * their parents. A superpage that only partly lies in the range is split
 * first, and so are superpages derived from it:
 *
 *      range         |------|
 *      node    [ superpage  . . . ]   ->  [p][p][p][p][p][p][p][p]
 *      child   [ superpage  . . . ]   ->  [p][p][p][p][p][p][p][p]
 *      child       [p]  [p]
 *
 * Taking back cannot fail: where there is no memory to split, all of the
 * superpage is taken. A pager maps again what is missed.
 */
#include "mspace.h"

#include "kassert.h"
#include "mem_split.h"
#include "work.h"
#include <l4/sys/err.h>

struct unmapping {
    uaddr_t va, end;
    unsigned rights;
    bool self;
    unsigned budget;
    unsigned *used;
};

static bool unmap_whole(struct unmapping *u, struct mem_node *n)
{
    if (u->self)
        return mem_take_tree(n, u->rights, &u->budget, u->used);
    return mem_take_below(n, n->pa, n->pa + mem_node_size(n), u->rights,
                          &u->budget, u->used);
}

/* n lies in the range with a part only. True: done; if n was split its
 * pages are still to be taken (*ret_again). */
static bool unmap_part(struct unmapping *u, struct mem_node *n, bool *ret_again)
{
    if (!mem_split_below(n, &u->budget, u->used))
        return false;
    if (u->self) {
        int error = mem_node_split(n);
        if (error == -L4_ENOMEM)
            return unmap_whole(u, n);
        *ret_again = !error;
        mem_spend(&u->budget, MEM_SPLIT);
        return !error;
    }
    uaddr_t first = u->va > mem_va(n) ? u->va - mem_va(n) : 0;
    uaddr_t end = u->end - mem_va(n);
    return mem_take_below(n, n->pa + first, n->pa + end, u->rights, &u->budget,
                          u->used);
}

bool mspace_unmap(struct mspace *m, uaddr_t va, unsigned order, unsigned rights,
                  bool self, unsigned budget, unsigned *ret_flushed)
{
    uaddr_t behind = 0;
    mapping_walk_forget();
    return mspace_unmap_on(m, va, order, rights, self, budget, ret_flushed,
                           &behind);
}

bool mspace_unmap_on(struct mspace *m, uaddr_t va, unsigned order,
                     unsigned rights, bool self, unsigned budget,
                     unsigned *ret_flushed, uaddr_t *behind)
{
    if (order < PAGE_ORDER)
        return true;
    if (!mem_split_on())
        return false;
    va = mem_range_start(va, order);
    struct unmapping u = {.va = va,
                          .end = mem_range_end(va, order),
                          .rights = rights & RIGHT_R ? RIGHT_RWX : rights,
                          .self = self,
                          .budget = budget,
                          .used = ret_flushed};
    uaddr_t at = va + *behind;
    struct mem_node *n;
    while ((n = mspace_from(m, at)) && mem_va(n) < u.end) {
        uaddr_t next = mem_va(n) + mem_node_size(n);
        bool part = mem_va(n) < u.va || next > u.end, again = false;
        if ((n->rights & u.rights) &&
            !(part ? unmap_part(&u, n, &again) : unmap_whole(&u, n)))
            return false;
        if (!again)
            at = next;
        *behind = at - va;
        if (work_should_stop())
            return false;
    }
    return true;
}

void mspace_unmap_all(struct mspace *m, uaddr_t va, unsigned *ret_flushed)
{
    uaddr_t behind = 0;
    mapping_walk_forget();
    while (!mspace_unmap_on(m, va, PAGE_ORDER, RIGHT_RWX, true, ~0u,
                            ret_flushed, &behind))
        ;
}
