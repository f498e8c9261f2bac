/*
 * The mapping database: the tree alone. What the nodes stand for is known
 * to mspace.c (memory) and cap.c (capabilities); they keep I2 and I3 of
 * mapdb.h, this file keeps I1 and I4. No call here allocates or fails.
 */
#include "mapdb.h"

#include "kassert.h"

static struct mapping *sibling_of(struct list *link)
{
    return container_of(link, struct mapping, sibling);
}

static bool is_last_sibling(const struct mapping *m)
{
    return m->sibling.next == &m->parent->children;
}

void mapping_add_child(struct mapping *p, struct mapping *m)
{
    m->parent = p;
    list_add_last(&p->children, &m->sibling);
}

void mapping_move(struct mapping *m, struct mapping *p)
{
    list_remove(&m->sibling);
    mapping_add_child(p, m);
}

void mapping_replace(struct mapping *from, struct mapping *to)
{
    to->parent = from->parent;
    list_insert_after(&from->sibling, &to->sibling);
    list_remove(&from->sibling);
    while (!list_is_empty(&from->children))
        mapping_move(sibling_of(from->children.next), to);
    from->parent = NULL;
}

void mapping_remove(struct mapping *m)
{
    while (!list_is_empty(&m->children)) {
        struct mapping *child = sibling_of(m->children.next);
        list_remove(&child->sibling);
        child->parent = m->parent;
        if (m->parent) /* in front of m: the order stays */
            list_insert_after(m->sibling.prev, &child->sibling);
    }
    list_remove(&m->sibling);
    m->parent = NULL;
}

struct mapping *mapping_first_leaf(struct mapping *m)
{
    while (!list_is_empty(&m->children))
        m = sibling_of(m->children.next);
    return m;
}

struct mapping *mapping_next_leaf_first(struct mapping *m)
{
    if (is_last_sibling(m))
        return m->parent;
    return mapping_first_leaf(sibling_of(m->sibling.next));
}

struct mapping *mapping_next(struct mapping *top, struct mapping *m)
{
    if (!list_is_empty(&m->children))
        return sibling_of(m->children.next);
    while (m != top && is_last_sibling(m))
        m = m->parent;
    return m == top ? NULL : sibling_of(m->sibling.next);
}

bool mapping_is_below(const struct mapping *m, const struct mapping *p)
{
    while (m && m != p)
        m = m->parent;
    return m != NULL;
}

void mapping_check(const struct mapping *m)
{
    const struct list *head = &m->children;
    for (const struct list *l = head->next; l != head; l = l->next) {
        kassert(l->prev->next == l && l->next->prev == l);
        kassert(container_of(l, struct mapping, sibling)->parent == m);
    } /* I1 */
    if (!m->parent)
        kassert(list_is_empty(&m->sibling));
    const struct mapping *slow = m, *fast = m; /* I4: a cycle would meet */
    while (fast && fast->parent) {
        slow = slow->parent;
        fast = fast->parent->parent;
        kassert(slow != fast || !slow);
    }
}
