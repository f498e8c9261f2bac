/*
 * Doubly linked ring with a head: every queue of the kernel.
 *
 *      head <-> a <-> b <-> c <-> head
 *
 * A node not on a list points to itself. All operations are O(1).
 *
 * I1  n->next->prev == n and n->prev->next == n, for nodes and heads.
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include <stdbool.h>

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_is_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_insert_after(struct list *at, struct list *n)
{
    n->next = at->next;
    n->prev = at;
    at->next->prev = n;
    at->next = n;
}

static inline void list_add_first(struct list *head, struct list *n)
{
    list_insert_after(head, n);
}

static inline void list_add_last(struct list *head, struct list *n)
{
    list_insert_after(head->prev, n);
}

/* Takes n off its list; n is then on none. Harmless if it was on none. */
static inline void list_remove(struct list *n)
{
    n->prev->next = n->next;
    n->next->prev = n->prev;
    list_init(n);
}

#endif
