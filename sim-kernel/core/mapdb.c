/*
 * The mapping database: the tree alone. What the nodes stand for is known
 * to mspace.c (memory) and cap.c (capabilities); they keep I2 and I3 of
 * mapdb.h, this file keeps I1 and I4. No call here allocates or fails.
 */
#include "mapdb.h"

#include "kassert.h"
#include "work.h"

static struct mapping *sibling_of(struct list *link)
{
    return container_of(link, struct mapping, sibling);
}

static bool is_last_sibling(const struct mapping *m)
{
    return m->sibling.next == &m->parent->children;
}

/* --- the walk in pieces -------------------------------------------------- */

/*
 *   down: at and all below it are to be visited     at -> first child ...
 *   else: below at all were                         visit at, then on
 */
static struct {
    struct mapping *top, *at; /* NULL: there is no walk */
    bool down;
    struct mapping_walk what;
} walk;

void mapping_walk_forget(void)
{
    walk.top = walk.at = NULL;
}

void mapping_walk_start(struct mapping *top, const struct mapping_walk *what)
{
    bool same = walk.top == top && walk.what.rights == what->rights &&
                walk.what.from == what->from && walk.what.to == what->to;
    if (same)
        return;
    walk.top = walk.at = top;
    walk.down = true;
    walk.what = *what;
}

/* All of m, which is not the top, was visited: what comes next. */
static void walk_behind(struct mapping *m)
{
    walk.down = !is_last_sibling(m);
    walk.at = walk.down ? sibling_of(m->sibling.next) : m->parent;
}

enum mapping_step mapping_walk_step(struct mapping **ret_node)
{
    struct mapping *at = walk.at;
    work_done(1);
    if (at && walk.down && !list_is_empty(&at->children)) {
        walk.at = sibling_of(at->children.next);
        return WALK_ON;
    }
    if (!at || at == walk.top) {
        mapping_walk_forget();
        return WALK_OVER;
    }
    walk_behind(at);
    *ret_node = at;
    return WALK_VISIT;
}

void mapping_walk_back(struct mapping *m)
{
    if (walk.at) {
        walk.at = m;
        walk.down = false;
    }
}

void mapping_walk_into(struct mapping *m)
{
    if (walk.at) {
        walk.at = m;
        walk.down = true;
    }
}

/* m, without children, goes. */
static void walk_loses(struct mapping *m)
{
    if (m == walk.top)
        mapping_walk_forget();
    else if (m == walk.at)
        walk_behind(m);
}

/* --- the tree ------------------------------------------------------------ */

void mapping_add_child(struct mapping *p, struct mapping *m)
{
    m->parent = p;
    list_add_last(&p->children, &m->sibling);
}

void mapping_move(struct mapping *m, struct mapping *p)
{
    mapping_walk_forget(); /* its place may be anywhere below m */
    list_remove(&m->sibling);
    mapping_add_child(p, m);
}

bool mapping_lift(struct mapping *m)
{
    if (list_is_empty(&m->children))
        return false;
    struct mapping *child = sibling_of(m->children.next);
    if (m == walk.top)
        mapping_walk_forget();
    else if (m == walk.at && walk.down)
        walk.at = child; /* it and its siblings come in front of m */
    list_remove(&child->sibling);
    child->parent = m->parent;
    if (m->parent) /* in front of m: the order stays */
        list_insert_after(m->sibling.prev, &child->sibling);
    return true;
}

void mapping_remove(struct mapping *m)
{
    while (mapping_lift(m))
        work_done(1);
    walk_loses(m);
    list_remove(&m->sibling);
    m->parent = NULL;
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

bool mapping_is_near(const struct mapping *m, const struct mapping *p)
{
    unsigned level = 0;
    while (m && m != p && level++ < MAPPING_NEAR)
        m = m->parent;
    work_done(level / 2);
    return m == p;
}

void mapping_check(const struct mapping *m)
{
    const struct list *head = &m->children;
    for (const struct list *l = head->next; l != head; l = l->next) {
        kassert(l->prev->next == l && l->next->prev == l);
        kassert(container_of(l, struct mapping, sibling)->parent == m);
    }                                                                   /* I1 */
    kassert(!walk.at || m != walk.at || mapping_is_below(m, walk.top)); /* I5 */
    if (!m->parent)
        kassert(list_is_empty(&m->sibling));
    const struct mapping *slow = m, *fast = m; /* I4: a cycle would meet */
    while (fast && fast->parent) {
        slow = slow->parent;
        fast = fast->parent->parent;
        kassert(slow != fast || !slow);
    }
}
