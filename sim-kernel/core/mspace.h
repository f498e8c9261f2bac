/*
 * Memory of a task: what is mapped where, and from whom.
 *
 * Beside the port's page table (which the MMU reads) each space keeps its
 * mappings as nodes of the mapping database, in a treap ordered by address,
 * so that a range is found in O(log n + found). The page table and the
 * nodes always agree.
 *
 * Pages are PAGE_ORDER or SUPERPAGE_ORDER. Handing on a part of a superpage
 * makes a small child of the large node. Taking back a part of a superpage
 * first splits it into 512 pages (children go with their part).
 *
 * I1  nodes of one space do not overlap, and are naturally aligned in
 *     address and frame.
 * I2  node and page table agree in frame, order and rights.
 * I3  (mapdb) child rights and frames lie inside the parent's.
 */
#ifndef CORE_MSPACE_H
#define CORE_MSPACE_H

#include "mapdb.h"
#include "quota.h"

struct mem_node {
    struct mapping map;
    struct mem_node *left, *right; /* treap by va */
    struct mspace *space;
    uaddr_t va;
    paddr_t pa;
    uint32_t priority;             /* hash of va: deterministic */
    uint8_t order, rights, attributes;
};

struct mspace {
    struct port_space port;  /* page table */
    struct quota *quota;     /* charged for nodes; constant */
    struct mem_node *nodes;  /* treap root */
    uint32_t task_id;        /* constant: for traces */
    uint32_t count;          /* nodes */
    uaddr_t end;             /* first address that may not be mapped */
};

/* 0 or -L4_ENOMEM. */
int mspace_init(struct mspace *m, struct quota *q, uint32_t task_id,
                uaddr_t end);
/* Takes down at most `budget` nodes (with what others derived from them);
 * true when all is gone and the page table is destroyed. */
bool mspace_destroy(struct mspace *m, unsigned budget);

/* What is mapped at va: the node, NULL: nothing. O(log n). */
struct mem_node *mspace_find(struct mspace *m, uaddr_t va);

/* Memory that comes from nobody: the kernel gives it (sigma0's 1:1 pages,
 * kernel-user memory). 0, -L4_ENOMEM, -L4_EEXIST. Emits VTR_MEM_MAP from
 * task 0. */
int mspace_map_root(struct mspace *m, uaddr_t va, paddr_t pa, unsigned order,
                    unsigned rights, unsigned attributes);

/*
 * Hands memory on: everything mapped in [src_va, + 2^order) of src goes to
 * the same offset from dst_va in dst (both aligned to 2^order, order >= 12;
 * large orders cost only what is mapped there), with rights masked by
 * `rights`. A superpage that fits stays one. What is already mapped at the
 * place in dst is taken down first (with its derivations), except the same
 * frame from the same parent: then rights are added. src == dst is allowed;
 * a page onto itself is a no-op. `attributes` 0: the source's. grant moves:
 * the source's nodes are replaced by dst's. At most `budget` pages.
 * Returns the number of pages mapped so far in *ret_pages and 0, -L4_ENOMEM
 * (what was mapped stays), -L4_EAGAIN (budget used up: call again).
 */
int mspace_map(struct mspace *src, uaddr_t src_va, struct mspace *dst,
               uaddr_t dst_va, unsigned order, unsigned rights,
               unsigned attributes, bool grant, unsigned budget,
               unsigned *ret_pages);
/*
 * Takes `rights` back from everything derived from [va, + 2^order) of m,
 * and from m itself with `self`. Taking R takes all. Returns the rights
 * that were really used since last asked (W: written, R: touched) in
 * *ret_flushed (OR-ed into it). false: budget used up, call again.
 */
bool mspace_unmap(struct mspace *m, uaddr_t va, unsigned order,
                  unsigned rights, bool self, unsigned budget,
                  unsigned *ret_flushed);

void mspace_check(struct mspace *m);

#endif
