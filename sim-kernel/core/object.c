/*
 * Kernel objects: their list, their ids and their end.
 *
 * An object ends in steps, so that no call recurses from one object's end
 * into another's and each step is short:
 *
 *   LIVE -> DYING: object_destroy(). Queued; cap_lookup() finds it no more.
 *   DYING -> FALLING: no capability is left; ops->destroy() was called.
 *   FALLING -> DEAD: ops->take_down() has returned true; off object_all.
 *   DEAD: queued again when nobody pins it: ops->wind_up(), ops->free().
 *
 * Only object_reap() makes these steps. The queue is served round robin, so
 * an object whose end must wait for another's does not block it.
 *
 * A LIVE object may be on the queue as well, for a chore.
 *
 * I3  an object on the queue is LIVE, DYING or FALLING (and then holds one pin
 *     for being there), or DEAD without pins.
 */
#include "object.h"

#include "cap.h"
#include "kassert.h"
#include "trace.h"
#include "work.h"

enum { STEP = 16 }; /* capabilities, or what take_down counts, in one step */

struct list object_all;
struct list object_ending; /* the queue, of object->ending */
static bool queue_is_new;  /* something came since it was asked */
static uint32_t last_id;
static struct tree_node *by_id; /* the objects on object_all */

void object_init_all(void)
{
    list_init(&object_all);
    list_init(&object_ending);
    queue_is_new = false;
    last_id = 0;
    by_id = NULL;
}

void object_init(struct object *o, const struct object_ops *ops,
                 struct quota *quota, uint32_t factory_id, size_t bytes)
{
    o->ops = ops;
    o->quota = quota;
    if (quota->owner)
        object_pin(quota->owner); /* its quota outlives what it charged */
    o->id = ++last_id;            /* keeps I2 */
    o->refs = 0;
    o->pins = 0;
    o->dying = false;
    o->stage = OBJECT_LIVE;
    list_init(&o->ending);
    list_add_last(&object_all, &o->all);
    tree_insert(&by_id, &o->by_id, o->id);
    mapping_init(&o->caps);
    trace_event(VTR_CREATE, 0, o->id, ops->type, factory_id, bytes, 0, 0);
}

static void enqueue(struct object *o)
{
    list_add_last(&object_ending, &o->ending);
    queue_is_new = true;
}

void object_unpin(struct object *o)
{
    kassert(o->pins > 0);
    if (--o->pins == 0 && o->stage == OBJECT_DEAD)
        enqueue(o);
}

void object_destroy(struct object *o)
{
    if (o->dying)
        return;
    o->dying = true;
    o->stage = OBJECT_DYING;
    if (list_is_empty(&o->ending)) {
        object_pin(o); /* keeps I3 */
        enqueue(o);
    } /* else it has a chore: pinned and queued already */
}

void object_queue_chore(struct object *o)
{
    if (o->dying || !list_is_empty(&o->ending))
        return;
    object_pin(o); /* keeps I3 */
    enqueue(o);
}

/* One step of a living object's chore. */
static void chore_step(struct object *o)
{
    if (!o->ops->chore(o)) {
        list_add_last(&object_ending, &o->ending);
        return;
    }
    object_unpin(o);
}

/* FALLING -> DEAD */
static void bury(struct object *o)
{
    trace_event(VTR_DELETE, 0, o->id, o->ops->type, 0, 0, 0, 0);
    list_remove(&o->all);
    tree_remove(&by_id, &o->by_id);
    list_remove(&o->ending);
    o->stage = OBJECT_DEAD;
    object_unpin(o);
}

static void reap_step(struct object *o)
{
    list_remove(&o->ending);
    if (o->stage == OBJECT_LIVE) {
        chore_step(o);
        return;
    }
    if (o->stage == OBJECT_DEAD) {
        struct object *owner = o->quota->owner;
        if (o->ops->wind_up && !o->ops->wind_up(o)) {
            list_add_last(&object_ending, &o->ending);
            return;
        }
        o->ops->free(o);
        if (owner)
            object_unpin(owner);
        return;
    }
    list_add_last(&object_ending, &o->ending);
    work_done(1);
    if (o->stage == OBJECT_DYING) {
        if (!cap_delete_object(o, STEP))
            return;
        o->stage = OBJECT_FALLING;
        o->ops->destroy(o);
    }
    if (!o->ops->take_down || o->ops->take_down(o, STEP))
        bury(o);
}

bool object_reap(unsigned budget)
{
    bool stop = false;
    while (!list_is_empty(&object_ending) && budget-- > 0 && !stop) {
        uint64_t stops = work.stops;
        work_done(1);
        reap_step(container_of(object_ending.next, struct object, ending));
        stop = work.stops != stops || work_should_stop();
    }
    queue_is_new = false; /* what one end led to belongs to it */
    return list_is_empty(&object_ending);
}

bool object_reap_is_new(void)
{
    bool is_new = queue_is_new;
    queue_is_new = false;
    return is_new;
}

uint32_t object_count(void)
{
    return tree_size(by_id);
}

void object_rest(struct object *o)
{
    (void)o;
}

void object_never_free(struct object *o)
{
    (void)o;
    kpanic("the kernel's own pin was lost");
}

static struct object *object_at(struct tree_node *n)
{
    return n ? container_of(n, struct object, by_id) : NULL;
}

struct list *object_nth(uint64_t n)
{
    struct object *o = object_at(tree_nth(by_id, n));
    return o ? &o->all : &object_all;
}

struct object *object_from(uint32_t id)
{
    return object_at(tree_from(by_id, id));
}

struct object *object_find(uint32_t id)
{
    struct object *o = object_from(id);
    return o && o->id == id ? o : NULL;
}

void object_check_all(void)
{
    uint32_t before = 0, found = 0;
    for (struct list *l = object_all.next; l != &object_all; l = l->next) {
        struct object *o = container_of(l, struct object, all);
        kassert(o->id > before && o->id <= last_id); /* I2 */
        before = o->id;
        found++;
        kassert(o->dying == (o->stage != OBJECT_LIVE));
        cap_object_check(o); /* I1 */
    }
    kassert(found == object_count());
    tree_check(by_id);
    for (struct list *l = object_ending.next; l != &object_ending;
         l = l->next) {
        struct object *o = container_of(l, struct object, ending);
        kassert((o->stage == OBJECT_DEAD) == (o->pins == 0)); /* I3 */
    }
}
