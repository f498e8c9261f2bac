/*
 * Nodes of mapped memory.
 *
 * The treap is a search tree by address and a heap by priority. With
 * priorities that look random its depth stays logarithmic without any
 * rebalancing (Seidel and Aragon 1996); ours are a hash of the address, so
 * that two runs build the same tree:
 *
 *              va 40, priority 9
 *             /                 \
 *      va 10, priority 7     va 60, priority 3
 *
 * Nothing recurses: insertion splits the subtree at the new node's place
 * along one path, removal merges the node's two subtrees along one path.
 *
 * Simplified: somebody who chooses addresses by their hash can make his own
 * tree deep and his own calls slow (O(nodes) each), nobody else's.
 */
#include "mem_node.h"

#include "kassert.h"
#include "kmem.h"
#include "trace.h"
#include "work.h"
#include <l4/sys/err.h>

/* A mixing function (xor-shift-multiply, as in MurmurHash3's finish). */
static uint32_t hash(uaddr_t va)
{
    uint64_t h = va >> PAGE_ORDER;
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdul;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ul;
    return (uint32_t)(h ^ h >> 33);
}

static void treap_insert(struct mspace *m, struct mem_node *n)
{
    struct mem_node **at = &m->nodes;
    while (*at && (*at)->priority >= n->priority) {
        at = n->va < (*at)->va ? &(*at)->left : &(*at)->right;
        work_done(1);
    }

    struct mem_node *rest = *at;
    struct mem_node **left = &n->left, **right = &n->right;
    *at = n;
    while (rest) {
        work_done(1);
        if (rest->va < n->va) {
            *left = rest;
            left = &rest->right;
            rest = rest->right;
        } else {
            *right = rest;
            right = &rest->left;
            rest = rest->left;
        }
    }
    *left = *right = NULL;
    m->count++;
}

static void treap_remove(struct mspace *m, struct mem_node *n)
{
    struct mem_node **at = &m->nodes;
    while (*at != n) {
        at = n->va < (*at)->va ? &(*at)->left : &(*at)->right;
        work_done(1);
    }

    struct mem_node *left = n->left, *right = n->right;
    while (left && right) {
        work_done(1);
        if (left->priority >= right->priority) {
            *at = left;
            at = &left->right;
            left = left->right;
        } else {
            *at = right;
            at = &right->left;
            right = right->left;
        }
    }
    *at = left ? left : right;
    m->count--;
}

/* A node outside of everything. NULL: no memory. */
static struct mem_node *node_alloc(struct mspace *m)
{
    struct mem_node *n = kmem_alloc(m->quota, sizeof(struct mem_node));
    if (n) {
        n->space = m;
        mapping_init(&n->map);
    }
    return n;
}

static void node_release(struct mem_node *n)
{
    kmem_free(n->space->quota, n, sizeof(*n));
}

static void node_place(struct mem_node *n, uaddr_t va, paddr_t pa,
                       unsigned order)
{
    n->va = va;
    n->pa = pa;
    n->order = (uint8_t)order;
    n->priority = hash(va);
    treap_insert(n->space, n);
}

int mem_node_make(struct mspace *m, uaddr_t va, paddr_t pa, unsigned order,
                  unsigned rights, unsigned attributes,
                  struct mem_node **ret_node)
{
    struct mem_node *n = node_alloc(m);
    work_done(MEM_ENTRY_STEPS);
    if (!n)
        return -L4_ENOMEM;
    if (port_space_map(&m->port, va, pa, order, rights, attributes)) {
        node_release(n);
        return -L4_ENOMEM;
    }
    n->rights = (uint8_t)rights;
    n->attributes = (uint8_t)attributes;
    node_place(n, va, pa, order);
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
    used |= port_space_protect(&m->port, n->va, n->order, left);
    trace_event(VTR_MEM_UNMAP, 0, m->task_id, n->va, n->order << 8 | taken,
                trace_self()->task, 0, 0);
    n->used = 0;
    n->rights = (uint8_t)left;
    if (!left) {
        mapping_remove(&n->map);
        treap_remove(m, n);
        node_release(n);
    }
    return used;
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
    if (!mem_take_below(n, n->pa, end, rights, budget, ret_used) ||
        *budget == 0)
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

static void chain_release(struct mem_node *chain)
{
    while (chain) {
        struct mem_node *next = chain->right;
        node_release(chain);
        chain = next;
    }
}

/* MEM_SPLIT - 1 fresh nodes, linked by `right`. NULL: no memory for all. */
static struct mem_node *chain_alloc(struct mspace *m)
{
    struct mem_node *chain = NULL;
    for (unsigned i = 1; i < MEM_SPLIT; i++) {
        struct mem_node *n = node_alloc(m);
        if (!n) {
            chain_release(chain);
            return NULL;
        }
        n->right = chain;
        chain = n;
    }
    return chain;
}

/* n's entry in the page table becomes a table. 0, -L4_ENOMEM (as before).
 * Another CPU may fault here in between: it finds n and tries again. */
static int split_entry(struct mem_node *n)
{
    struct port_space *port = &n->space->port;
    n->used |= (uint8_t)port_space_protect(port, n->va, n->order, 0);
    for (unsigned i = 0; i < MEM_SPLIT; i++) {
        uaddr_t offset = i * PAGE_SIZE;
        work_done(1);
        if (!port_space_map(port, n->va + offset, n->pa + offset, PAGE_ORDER,
                            n->rights, n->attributes))
            continue;
        while (i-- > 0)
            port_space_protect(port, n->va + i * PAGE_SIZE, PAGE_ORDER, 0);
        int error = port_space_map(port, n->va, n->pa, n->order, n->rights,
                                   n->attributes);
        kassert(!error); /* a superpage needs no table of its own */
        return -L4_ENOMEM;
    }
    return 0;
}

/* Each child of n goes to the page of n's former range that has its frame;
 * n itself is the first page. */
static void split_children(struct mem_node *n)
{
    struct list *head = &n->map.children;
    for (struct list *l = head->next, *next; l != head; l = next) {
        next = l->next;
        work_done(1);
        struct mapping *child = container_of(l, struct mapping, sibling);
        uaddr_t offset = mem_node_of(child)->pa - n->pa;
        kassert(mem_node_of(child)->order == PAGE_ORDER);
        if (offset)
            mapping_move(child, &mspace_find(n->space, n->va + offset)->map);
    }
}

int mem_node_split(struct mem_node *n)
{
    kassert(n->order == SUPERPAGE_ORDER);
    struct mem_node *chain = chain_alloc(n->space);
    if (!chain)
        return -L4_ENOMEM;
    if (split_entry(n)) {
        chain_release(chain);
        return -L4_ENOMEM;
    }
    n->order = PAGE_ORDER;
    for (uaddr_t offset = PAGE_SIZE; chain; offset += PAGE_SIZE) {
        struct mem_node *page = chain;
        chain = chain->right;
        page->rights = n->rights;
        page->attributes = n->attributes;
        page->used = n->used;
        node_place(page, n->va + offset, n->pa + offset, PAGE_ORDER);
        if (n->map.parent)
            mapping_add_child(n->map.parent, &page->map);
    }
    split_children(n);
    return 0;
}

bool mem_split_below(struct mem_node *n, unsigned *budget, unsigned *ret_used)
{
    const struct mapping_walk what = {0}; /* takes nothing */
    enum mapping_step step;
    struct mapping *m;
    mapping_walk_start(&n->map, &what);
    while ((step = mapping_walk_step(&m)) != WALK_OVER) {
        if (step == WALK_VISIT && mem_node_of(m)->order != PAGE_ORDER) {
            if (*budget == 0) {
                mapping_walk_back(m);
                return false;
            }
            if (!mem_node_split(mem_node_of(m)))
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
