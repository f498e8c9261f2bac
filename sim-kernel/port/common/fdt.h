/*
 * The flattened device tree: what a machine consists of, as its firmware
 * hands it over.
 *
 * A node is the offset of its BEGIN_NODE token in the structure block, 0 the
 * root's; NO_NODE where there is none. The tree is not trusted: fdt_open()
 * looks at the header, and every step compares with the block's end.
 */
#ifndef PORT_FDT_H
#define PORT_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fdt {
    const uint8_t *tree;    /* structure block */
    const uint8_t *strings; /* names of properties */
    uint32_t tree_size, strings_size, total_size;
};

enum { FDT_NONE = -1, FDT_ROOT = 0, FDT_DEPTH = 16 };

/* A walk through all nodes, which knows where it is. Start with {0}: the first
 * node found is the root. */
struct fdt_walk {
    int node, parent;     /* parent: FDT_NONE for the root */
    uint32_t next;        /* offset of the token to go on with */
    unsigned depth;       /* nodes in above[] */
    int above[FDT_DEPTH]; /* open nodes, the root first */
};

/* *ret_fdt describes the tree at `at`; false: there is none, or its header
 * contradicts itself. `room`: bytes that may be read there. */
bool fdt_open(const void *at, size_t room, struct fdt *ret_fdt);

/* The node after `node` in the order of the text, FDT_NONE: the last. */
int fdt_next(const struct fdt *f, int node);
/* The same as a step of a walk; false: there is none, or the tree is deeper
 * than FDT_DEPTH. */
bool fdt_walk(const struct fdt *f, struct fdt_walk *w);
/* The node that `node` stands in, FDT_NONE for the root. Cost: the tree. */
int fdt_parent(const struct fdt *f, int node);
/* The node of this path ("/chosen"; "/soc/plic@c000000"), without its unit
 * address if the path leaves that out. */
int fdt_find(const struct fdt *f, const char *path);
/* The first node after `node` that is compatible with `what`. Start with
 * FDT_ROOT. */
int fdt_next_compatible(const struct fdt *f, int node, const char *what);
/* The first node after `node` whose device_type is `type`. */
int fdt_next_type(const struct fdt *f, int node, const char *type);
/* The node with this phandle. */
int fdt_by_phandle(const struct fdt *f, uint32_t phandle);

/* A property's bytes, NULL: there is none. */
const void *fdt_property(const struct fdt *f, int node, const char *name,
                         uint32_t *ret_size);
/* Text, ended by a zero byte in the property; NULL: none. */
const char *fdt_text(const struct fdt *f, int node, const char *name);
/* 32-bit cell number `index`, or `otherwise`. */
uint32_t fdt_cell(const struct fdt *f, int node, const char *name,
                  unsigned index, uint32_t otherwise);
/* One or two cells as a number (initrd addresses come as either). */
bool fdt_number(const struct fdt *f, int node, const char *name,
                uint64_t *ret_number);
/* Pair `index` of "reg", as the parent's #address-cells and #size-cells say.
 * Not modelled: ranges (the buses of these machines translate 1:1). */
bool fdt_reg(const struct fdt *f, int node, unsigned index, uint64_t *ret_start,
             uint64_t *ret_size);
/* The same where the parent is known. */
bool fdt_reg_in(const struct fdt *f, int parent, int node, unsigned index,
                uint64_t *ret_start, uint64_t *ret_size);
/* Is `what` among the texts of the node's "compatible"? */
bool fdt_is_compatible(const struct fdt *f, int node, const char *what);

#endif
