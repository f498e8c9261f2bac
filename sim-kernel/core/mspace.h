/*
 * Memory of a task: what is mapped where, and from whom.
 *
 * Beside the port's page table (which the MMU reads) each space keeps its
 * mappings as nodes of the mapping database, in a tree ordered by address,
 * so that a range is found in O(log n + found). The page table and the
 * nodes always agree.
 *
 * Pages are PAGE_ORDER or SUPERPAGE_ORDER. Handing on a part of a superpage
 * makes a small child of the large node. Taking back a part of a superpage
 * first splits it into 512 pages (children go with their part; mem_split.h).
 *
 * I1  nodes of one space do not overlap, and are naturally aligned in
 *     address and frame.
 * I2  node and page table agree in frame, order and rights.
 * I3  (mapdb) child rights and frames lie inside the parent's. Roots may
 *     share frames.
 */
#ifndef CORE_MSPACE_H
#define CORE_MSPACE_H

#include "mapdb.h"
#include "quota.h"
#include "tree.h"

struct mem_node {
    struct mapping map;
    struct tree_node place; /* in the space, by address */
    struct mspace *space;
    paddr_t pa;
    uint8_t order, rights, attributes;
    uint8_t used; /* R touched, W written: seen when the
                     page table changed, not asked for yet */
};

struct mspace {
    struct port_space port; /* page table */
    struct quota *quota;    /* charged for nodes; constant */
    struct tree_node *nodes;
    uint32_t task_id; /* constant: for traces */
    uaddr_t end;      /* first address that may not be mapped */
};

/* Nodes in it. */
static inline uint32_t mspace_count(const struct mspace *m)
{
    return tree_size(m->nodes);
}
/* Where n is mapped. */
static inline uaddr_t mem_va(const struct mem_node *n)
{
    return n->place.key;
}

/* 0 or -L4_ENOMEM. */
int mspace_init(struct mspace *m, struct quota *q, uint32_t task_id,
                uaddr_t end);
/* Takes down at most `budget` nodes (with what others derived from them);
 * true when all is gone. From the first call on nothing can be mapped any
 * more (end is 0). */
bool mspace_clear(struct mspace *m, unsigned budget);
/* The page table, which must be active nowhere; false: not all yet. */
bool mspace_free_tables(struct mspace *m);
/* Both. */
bool mspace_destroy(struct mspace *m, unsigned budget);

/* What is mapped at va: the node, NULL: nothing. O(log n). */
struct mem_node *mspace_find(struct mspace *m, uaddr_t va);
/* What is mapped at va or, if nothing, next behind it. O(log n). */
struct mem_node *mspace_from(struct mspace *m, uaddr_t va);
/* The node n was derived from, NULL: it came from the kernel. */
struct mem_node *mspace_parent(const struct mem_node *n);

/* Memory that comes from nobody: the kernel gives it (sigma0's 1:1 pages,
 * kernel-user memory). One page of PAGE_ORDER or SUPERPAGE_ORDER, aligned;
 * R is always among the rights. 0, -L4_ENOMEM, -L4_EEXIST (something is
 * mapped there), -L4_EINVAL (behind m->end). Emits VTR_MEM_MAP from task 0. */
int mspace_map_root(struct mspace *m, uaddr_t va, paddr_t pa, unsigned order,
                    unsigned rights, unsigned attributes);

/*
 * Hands memory on: everything mapped in [src_va, + 2^order) of src goes to
 * the same offset from dst_va in dst (both are rounded down to 2^order; an
 * order below a page's hands on nothing; a large order costs only what is
 * mapped there), with rights masked by `rights` (without R: nothing). A
 * superpage that fits stays one. What is already mapped at the place in dst
 * is taken down first (with its derivations), except the same frame from the
 * same parent, or from which the source's page itself was derived: then
 * rights are added. src == dst is allowed; a page onto itself is a no-op.
 * What would lie behind dst->end is left out. `attributes` 0: the source's.
 * grant moves: dst's nodes take the place of the source's; what was derived
 * from those keeps no more rights than the grant has. At most `budget` pages
 * (512 for a split).
 * Returns 0, -L4_ENOMEM (what was mapped stays, what stood in the way may be
 * gone), -L4_EAGAIN (budget used up: call again with the same arguments; it
 * passes by what is done already). *ret_pages: pages (of either size) that
 * this call handed on or found done.
 */
int mspace_map(struct mspace *src, uaddr_t src_va, struct mspace *dst,
               uaddr_t dst_va, unsigned order, unsigned rights,
               unsigned attributes, bool grant, unsigned budget,
               unsigned *ret_pages);
/* The same for an operation that may be interrupted: *behind, 0 at first, is
 * how much of the range lies behind it; with that it goes on. */
int mspace_map_on(struct mspace *src, uaddr_t src_va, struct mspace *dst,
                  uaddr_t dst_va, unsigned order, unsigned rights,
                  unsigned attributes, bool grant, unsigned budget,
                  unsigned *ret_pages, uaddr_t *behind);
/*
 * Takes `rights` back from everything derived from [va, + 2^order) of m,
 * and from m itself with `self`. Taking R takes all. Where only a part of a
 * superpage is in the range, it is split; if the quota of its owner does not
 * allow that, all of it is taken. ORs into *ret_flushed how the mappings that
 * lost rights were used since last asked (W: written, R: touched). At most
 * `budget` pages (512 for a split); false: call again.
 */
bool mspace_unmap(struct mspace *m, uaddr_t va, unsigned order, unsigned rights,
                  bool self, unsigned budget, unsigned *ret_flushed);
/* The same, going on behind *behind bytes of the range (0 at first). */
bool mspace_unmap_on(struct mspace *m, uaddr_t va, unsigned order,
                     unsigned rights, bool self, unsigned budget,
                     unsigned *ret_flushed, uaddr_t *behind);
/* The page at va goes from m and from everybody, at once. */
void mspace_unmap_all(struct mspace *m, uaddr_t va, unsigned *ret_flushed);

void mspace_check(struct mspace *m);

#endif
