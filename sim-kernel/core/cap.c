/*
 * Capabilities: handing on and taking back.
 *
 * All capabilities to one object form one tree of the mapping database. Its
 * top is object->caps, which is no capability but stands for the kernel:
 *
 *      object->caps --+-- sigma0/7 --- moe/7 --+-- ned/7
 *                     |                        +-- hello/7
 *                     +-- ...
 *
 * Rights only shrink on the way down (I2 of mapdb.h). Where a capability
 * loses rights that its children keep, those children go up to its parent;
 * where one gains rights its parent does not have, it moves to below who
 * has them. R is what makes a capability one: it is always handed on, and
 * without it the slot is empty.
 *
 * An object that loses its last counted capability is only marked here
 * (object_destroy()); object_reap() does the work, so that no call of this
 * file runs into another object's destruction. From that mark on,
 * cap_lookup() no longer finds the object.
 */
#include "cap.h"

#include "kassert.h"
#include "trace.h"
#include "work.h"

static struct cap_slot *slot_of(struct mapping *m)
{
    return container_of(m, struct cap_slot, map);
}

/* The rights `m` may hand on: all, for the object itself. */
static unsigned rights_of(struct mapping *m, const struct object *o)
{
    return m == &o->caps ? CAP_ALL : slot_of(m)->rights;
}

static void count(struct cap_slot *s, bool weak)
{
    s->weak = weak;
    if (!weak)
        s->object->refs++;
}

static void uncount(struct object *o, bool weak)
{
    if (weak)
        return;
    kassert(o->refs > 0);
    if (--o->refs == 0)
        object_destroy(o);
}

/* Fills the empty slot s, but for its place in the tree. */
static void slot_fill(struct cap_slot *s, struct object *o, unsigned rights,
                      bool weak)
{
    s->object = o;
    s->rights = (uint8_t)rights;
    s->table->used++;
    count(s, weak);
}

static void slot_clear(struct cap_slot *s)
{
    struct object *o = s->object;
    bool weak = s->weak;

    mapping_remove(&s->map);
    s->object = NULL;
    s->rights = 0;
    s->weak = s->moving = false;
    s->table->used--;
    uncount(o, weak);
}

/* Before s is left with `rights`: children that may do more go up to its
 * parent (mapdb I2). A call after a stop looks at all anew. */
static bool lift_children(struct cap_slot *s, unsigned rights)
{
    struct list *head = &s->map.children;
    for (struct list *l = head->next, *next; l != head; l = next) {
        next = l->next;
        work_done(1);
        struct mapping *child = container_of(l, struct mapping, sibling);
        if (slot_of(child)->rights & ~rights)
            mapping_move(child, s->map.parent);
        if (work_should_stop())
            return false;
    }
    return true;
}

/* Takes rights from a full slot; without R it is empty after. */
static void slot_take(struct cap_slot *s, unsigned rights)
{
    unsigned left = rights & CAP_R ? 0 : s->rights & ~rights;
    if (left == s->rights)
        return;
    trace_event(VTR_CAP_UNMAP, 0, s->table->task_id, s->index, s->object->id,
                left ? s->rights & ~left : CAP_ALL, trace_self()->task, 0);
    if (!left) {
        slot_clear(s);
        return;
    }
    s->rights = (uint8_t)left;
}

/* Before s is emptied: its children go up, in pieces. */
static bool slot_lift(struct cap_slot *s)
{
    while (mapping_lift(&s->map)) {
        work_done(1);
        if (work_should_stop())
            return false;
    }
    return true;
}

int cap_insert_root(struct cap_table *t, word_t index, struct object *o,
                    unsigned rights)
{
    struct cap_slot *s = cap_slot_make(t, index);
    if (!s)
        return -L4_ENOMEM;
    kassert(!o->dying);
    if (s->object)
        slot_take(s, CAP_ALL);
    slot_fill(s, o, (rights | CAP_R) & CAP_ALL, false);
    mapping_add_child(&o->caps, &s->map);
    trace_event(VTR_CAP_MAP, 0, 0, 0, t->task_id, index, o->id, s->rights);
    return 0;
}

/* The nearest of src and what it was derived from that may do `rights`: of
 * those near; else the kernel. */
static struct mapping *ancestor_with(struct cap_slot *src, unsigned rights)
{
    struct mapping *m = &src->map;
    for (unsigned i = 0; rights & ~rights_of(m, src->object); i++) {
        work_done(1);
        m = i < MAPPING_NEAR ? m->parent : &src->object->caps;
    }
    return m;
}

/* `to` names the object of src already: it gains rights. */
static void slot_merge(struct cap_slot *src, struct cap_slot *to,
                       unsigned rights, bool weak)
{
    const struct object *o = to->object;
    unsigned all = to->rights | rights;

    if (all & ~rights_of(to->map.parent, o)) {
        /* Then src is not below `to`, whose rights cover all of it. */
        mapping_move(&to->map, ancestor_with(src, all));
    }
    to->rights = (uint8_t)all;
    if (to->weak && !weak)
        count(to, false);
}

/* The object of src comes to the empty slot `to`. */
static void slot_derive(struct cap_slot *src, struct cap_slot *to,
                        unsigned rights, bool weak, bool grant)
{
    slot_fill(to, src->object, rights, weak);
    mapping_add_child(&src->map, &to->map);
    src->moving = grant;
}

/* src gives way to `to`, the youngest of its children since slot_derive():
 * the others go below it, or up if they may do more. */
static bool slot_give_way(struct cap_slot *src, struct cap_slot *to)
{
    struct list *head = &src->map.children;
    while (head->next != &to->map.sibling) {
        struct mapping *child =
            container_of(head->next, struct mapping, sibling);
        bool fits = !(slot_of(child)->rights & ~to->rights);
        mapping_move(child, fits ? &to->map : src->map.parent);
        work_done(1);
        if (work_should_stop())
            return false;
    }
    return true;
}

int cap_map(struct cap_slot *src, struct cap_table *dst, word_t index,
            unsigned rights, bool grant, bool weak)
{
    struct object *o = src->object;
    struct cap_slot *to = cap_slot_make(dst, index);
    if (!to)
        return -L4_ENOMEM;
    kassert(o);
    if (to == src || o->dying)
        return 0;

    rights = (rights | CAP_R) & src->rights;
    if (to->object && to->object != o && !cap_unmap(to, CAP_ALL))
        return -L4_EAGAIN;
    if (to->object)
        slot_merge(src, to, rights, weak);
    else
        slot_derive(src, to, rights, weak, grant);
    if (grant && src->moving && to->map.parent == &src->map &&
        !slot_give_way(src, to))
        return -L4_EAGAIN;
    if (grant && !slot_lift(src))
        return -L4_EAGAIN;
    trace_event(VTR_CAP_MAP, 0, src->table->task_id, src->index, dst->task_id,
                index, o->id, rights);
    if (grant)
        slot_take(src, CAP_ALL);
    return 0;
}

struct cap_slot *cap_parent(const struct cap_slot *s)
{
    struct mapping *p = s->map.parent;
    return p == &s->object->caps ? NULL : slot_of(p);
}

bool cap_unmap(struct cap_slot *s, unsigned rights)
{
    if (!s->object)
        return true;
    bool all = rights & CAP_R;
    if (all ? !slot_lift(s) : !lift_children(s, s->rights & ~rights))
        return false;
    slot_take(s, rights);
    return true;
}

/* Takes rights from all below top, children before parents, so that I2 of
 * mapdb.h holds at every moment. */
static bool take_below(struct mapping *top, unsigned rights, unsigned budget)
{
    struct mapping_walk what = {.rights = rights};
    enum mapping_step step;
    struct mapping *m;
    mapping_walk_start(top, &what);
    while ((step = mapping_walk_step(&m)) != WALK_OVER) {
        if (step == WALK_VISIT && (slot_of(m)->rights & rights)) {
            if ((rights & CAP_R) && !list_is_empty(&m->children)) {
                mapping_walk_into(m); /* they came while it was stopped */
                continue;
            }
            if (budget-- == 0) {
                mapping_walk_back(m);
                return false;
            }
            work_done(2);
            slot_take(slot_of(m), rights);
        }
        if (work_should_stop())
            return false;
    }
    return true;
}

void cap_weaken(struct cap_slot *s)
{
    bool weak = s->weak;
    s->weak = true;
    uncount(s->object, weak);
}

bool cap_revoke(struct cap_slot *s, unsigned rights, bool self, unsigned budget)
{
    if (!s->object)
        return true;
    do {
        if (!take_below(&s->map, rights, budget))
            return false;
    } while (self && (rights & CAP_R) && !list_is_empty(&s->map.children));
    if (self)
        slot_take(s, rights);
    return true;
}

bool cap_delete_object(struct object *o, unsigned budget)
{
    object_destroy(o);
    return take_below(&o->caps, CAP_ALL, budget);
}

void cap_object_check(struct object *o)
{
    uint32_t counted = 0;
    struct mapping *m = &o->caps;

    mapping_check(m);
    while ((m = mapping_next(&o->caps, m))) {
        kassert(slot_of(m)->object == o);
        counted += !slot_of(m)->weak;
    }
    kassert(counted == o->refs); /* object I1 */
}
