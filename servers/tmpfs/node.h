/*
 * Files, directories and links of a tmpfs: nodes made of pages.
 *
 *      node {height 1, root} --> index page [512] --> pages of data
 *
 * The data of a node is a tree of pages as deep as its size wants (height 0:
 * the root is the only page); what was never written has no page.
 *
 * I1  a node is free, or has names (`links`) or open files
 * I2  pages of a node behind its size hold zeros or are not there
 */
#ifndef TMPFS_NODE_H
#define TMPFS_NODE_H

#include "store.h"
#include <stdbool.h>

struct node {
    uint32_t mode; /* 0: the node is free */
    uint32_t links;
    uint64_t size; /* bytes */
    uint32_t root, height;
    uint32_t pages; /* in use, with index pages */
    uint32_t next_free;
    int64_t accessed, modified, changed; /* seconds */
};

/* Numbers begin at 1. 0: there is no room. */
uint32_t node_new(uint32_t mode);
/* Gives the node and its pages back. */
void node_free(uint32_t number);
/* NULL: there is none of that number. */
struct node *node_get(uint64_t number);
uint32_t node_count(void); /* in use */

/* The node's n-th page; NULL: there is none. With `make`: makes it, then NULL
 * means that there is no room. */
char *node_page(struct node *n, uint64_t index, bool make);
/* Cuts off, or extends by zeros. */
void node_resize(struct node *n, uint64_t size);

#endif
