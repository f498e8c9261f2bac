/* Splitting superpages: see mem_split.h. */
#include "mem_split.h"

#include "kassert.h"
#include "kmem.h"
#include "work.h"
#include <l4/sys/err.h>

enum split_stage {
    SPLIT_NODES,
    SPLIT_ENTRIES,
    SPLIT_PLACES,
    SPLIT_CHILDREN,
    UNDO_ENTRIES,
    UNDO_NODES,
};

static struct {
    struct mem_node *n; /* at work; NULL: none */
    enum split_stage stage;
    unsigned done;               /* pages of this stage */
    struct tree_node *spare;     /* fresh nodes, by `right` */
    struct list *child;          /* SPLIT_CHILDREN: the next */
    const struct mem_node *poor; /* whose split was undone */
} split;

static void split_enter(enum split_stage stage)
{
    split.stage = stage;
    split.done = stage == UNDO_ENTRIES ? split.done : 0;
}

static struct mem_node *spare_take(void)
{
    struct mem_node *page = mem_node_at(split.spare);
    split.spare = split.spare->right;
    return page;
}

static void step_nodes(struct mem_node *n)
{
    struct mem_node *page = mem_node_alloc(n->space);
    if (!page) {
        split_enter(UNDO_NODES);
        return;
    }
    page->place.right = split.spare;
    split.spare = &page->place;
    if (++split.done == MEM_SPLIT - 1)
        split_enter(SPLIT_ENTRIES);
}

static void step_entries(struct mem_node *n)
{
    struct port_space *port = &n->space->port;
    uaddr_t offset = split.done * PAGE_SIZE;
    work_done(1);
    if (!split.done)
        n->used |= (uint8_t)port_space_protect(port, mem_va(n), n->order, 0);
    if (port_space_map(port, mem_va(n) + offset, n->pa + offset, PAGE_ORDER,
                       n->rights, n->attributes)) {
        split_enter(UNDO_ENTRIES);
        return;
    }
    if (++split.done < MEM_SPLIT)
        return;
    n->order = PAGE_ORDER;
    split_enter(SPLIT_PLACES);
}

static void step_places(struct mem_node *n)
{
    struct mem_node *page = spare_take();
    uaddr_t offset = ++split.done * PAGE_SIZE;
    page->rights = n->rights;
    page->attributes = n->attributes;
    page->used = n->used;
    mem_node_place(page, mem_va(n) + offset, n->pa + offset, PAGE_ORDER);
    if (n->map.parent)
        mapping_add_child(n->map.parent, &page->map);
    if (split.spare)
        return;
    split.child = n->map.children.next;
    split_enter(SPLIT_CHILDREN);
}

/* True: there is no more. */
static bool step_children(struct mem_node *n)
{
    if (split.child == &n->map.children)
        return true;
    struct mapping *child = container_of(split.child, struct mapping, sibling);
    uaddr_t offset = mem_node_of(child)->pa - n->pa;
    split.child = split.child->next;
    work_done(1);
    kassert(mem_node_of(child)->order == PAGE_ORDER);
    if (offset)
        mapping_move(child, &mspace_find(n->space, mem_va(n) + offset)->map);
    return false;
}

static void step_undo_entries(struct mem_node *n)
{
    struct port_space *port = &n->space->port;
    work_done(MEM_ENTRY_STEPS);
    if (split.done > 0) {
        uaddr_t va = mem_va(n) + --split.done * PAGE_SIZE;
        n->used |= (uint8_t)port_space_protect(port, va, PAGE_ORDER, 0);
        return;
    }
    int error = port_space_map(port, mem_va(n), n->pa, n->order, n->rights,
                               n->attributes);
    kassert(!error); /* a superpage needs no table of its own */
    split_enter(UNDO_NODES);
}

/* True: there is no more. */
static bool step_undo_nodes(struct mem_node *n)
{
    work_done(1);
    if (split.spare) {
        mem_node_release(spare_take());
        return false;
    }
    split.poor = n;
    return true;
}

/* True: it was the last. */
static bool split_step(struct mem_node *n)
{
    switch (split.stage) {
    case SPLIT_NODES:
        step_nodes(n);
        return false;
    case SPLIT_ENTRIES:
        step_entries(n);
        return false;
    case SPLIT_PLACES:
        step_places(n);
        return false;
    case SPLIT_CHILDREN:
        return step_children(n);
    case UNDO_ENTRIES:
        step_undo_entries(n);
        return false;
    default:
        return step_undo_nodes(n);
    }
}

bool mem_split_on(void)
{
    while (split.n) {
        if (split_step(split.n))
            split.n = NULL;
        if (work_should_stop())
            return !split.n;
    }
    return true;
}

int mem_node_split(struct mem_node *n)
{
    kassert(n->order == SUPERPAGE_ORDER && !split.n);
    if (split.poor != n) {
        split.n = n;
        split.spare = NULL;
        split_enter(SPLIT_NODES);
        if (!mem_split_on())
            return -L4_EAGAIN;
    }
    bool poor = split.poor == n;
    split.poor = NULL;
    return poor ? -L4_ENOMEM : 0;
}

bool mem_split_below(struct mem_node *n, unsigned *budget, unsigned *ret_used)
{
    const struct mapping_walk what = {0}; /* takes nothing */
    enum mapping_step step;
    struct mapping *m;
    mapping_walk_start(&n->map, &what);
    while ((step = mapping_walk_step(&m)) != WALK_OVER) {
        if (step == WALK_VISIT && mem_node_of(m)->order != PAGE_ORDER) {
            int error = *budget ? mem_node_split(mem_node_of(m)) : -L4_EAGAIN;
            if (error == -L4_EAGAIN) {
                mapping_walk_back(m);
                return false;
            }
            if (!error)
                mem_spend(budget, MEM_SPLIT);
            else if (!mem_take_tree(mem_node_of(m), RIGHT_RWX, budget,
                                    ret_used))
                return false;
            mapping_walk_forget(); /* the tree is another one now */
            mapping_walk_start(&n->map, &what);
        }
        if (work_should_stop())
            return false;
    }
    return true;
}

bool mem_split_hides(const struct mspace *m, uaddr_t va)
{
    const struct mem_node *n = split.n;
    return n && n->space == m && va - mem_va(n) < MEM_SPLIT * PAGE_SIZE;
}

void mem_split_forget(const struct mem_node *n)
{
    if (split.poor == n)
        split.poor = NULL;
}

paddr_t mem_split_end(const struct mem_node *n)
{
    bool splits = n == split.n;
    return n->pa + (splits ? MEM_SPLIT * PAGE_SIZE : mem_node_size(n));
}

void mem_split_check(void)
{
    const struct mem_node *n = split.n;
    if (!n)
        return;
    bool superpage =
        split.stage != SPLIT_PLACES && split.stage != SPLIT_CHILDREN;
    kassert(n->order == (superpage ? SUPERPAGE_ORDER : PAGE_ORDER)); /* I1 */
    kassert(mem_va(n) % (MEM_SPLIT * PAGE_SIZE) == 0);
    kassert(split.poor != n);
}
