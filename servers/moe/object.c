/*
 * Objects of moe (see object.h): table, gates, requests and answers.
 */
#include "object.h"
#include "factory.h"
#include "heap.h"
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/task.h>
#include <string.h>

enum {
    INDEX_SHIFT = 2,
    GENERATION_SHIFT = 18,
    CHUNK = 256, /* entries: one page of them */
};

struct entry {
    struct object *object; /* NULL: free */
    unsigned generation;
    unsigned next_free; /* of those free that were used before; 0: none */
};

/* It grows by chunks, and has as many entries as were ever used at a time. */
static struct entry *chunks[OBJECT_MAX / CHUNK];
static unsigned end = 1;   /* no entry from it on was ever used; 0 never is */
static unsigned last_free; /* used before; 0: none */
static struct object *handed_out; /* by the answer that is being sent */
static struct object *ending;     /* in pieces, the last one first */

static struct entry *entry_at(unsigned index)
{
    struct entry *chunk = chunks[index / CHUNK];
    return chunk ? &chunk[index % CHUNK] : NULL;
}

/* A free entry; 0: there is none. */
static unsigned index_take(void)
{
    unsigned index = last_free ? last_free : end;
    if (index == OBJECT_MAX)
        return 0;
    if (!entry_at(index))
        chunks[index / CHUNK] = heap_alloc(CHUNK * sizeof(struct entry));
    if (!entry_at(index))
        return 0;
    if (index == end)
        end++;
    else
        last_free = entry_at(index)->next_free;
    return index;
}

static void index_give_back(unsigned index)
{
    struct entry *e = entry_at(index);
    e->object = NULL;
    e->generation++;
    e->next_free = last_free;
    last_free = index;
}

static void owner_add(struct object *o, struct allocator *owner)
{
    o->owner = owner;
    o->prev = o->next = NULL;
    if (!owner)
        return;
    object_use(&owner->object);
    o->next = owner->made;
    if (o->next)
        o->next->prev = o;
    owner->made = o;
}

static void owner_remove(struct object *o)
{
    if (!o->owner)
        return;
    if (o->prev)
        o->prev->next = o->next;
    else
        o->owner->made = o->next;
    if (o->next)
        o->next->prev = o->prev;
}

long object_add(struct object *o, struct allocator *owner)
{
    long error = allocator_entry_take(owner, 1);
    if (error)
        return error;
    o->owner = owner;
    o->index = index_take();
    if (!o->index) {
        allocator_entry_free(owner, 1);
        return -L4_ENOMEM;
    }
    struct entry *e = entry_at(o->index);
    o->label = (l4_umword_t)e->generation << GENERATION_SHIFT |
               (l4_umword_t)o->index << INDEX_SHIFT;
    error = gate_make(o);
    if (error < 0) {
        index_give_back(o->index);
        allocator_entry_free(owner, 1);
        return error;
    }
    e->object = o;
    owner_add(o, owner);
    return 0;
}

static void ending_add(struct object *o)
{
    o->is_ending = o->is_listed = true;
    o->next_ending = ending;
    if (ending)
        ending->prev_ending = o;
    ending = o;
}

static void ending_remove(struct object *o)
{
    if (!o->is_listed)
        return;
    if (o->prev_ending)
        o->prev_ending->next_ending = o->next_ending;
    else
        ending = o->next_ending;
    if (o->next_ending)
        o->next_ending->prev_ending = o->prev_ending;
    o->is_listed = false;
}

bool object_is_any_ending(void)
{
    return ending;
}

/* What goes may use o, which is not to end here. */
bool object_shrink(struct object *o)
{
    o->uses++;
    bool is_more = o->ops->shrink && o->ops->shrink(o);
    o->uses--;
    return is_more;
}

void object_end_piece(void)
{
    struct object *o = ending;
    if (o && !object_shrink(o))
        object_destroy(o);
}

void object_end_later(struct object *o)
{
    if (!o->is_ending)
        ending_add(o);
}

void object_end(struct object *o)
{
    if (o->is_listed)
        return;
    if (!object_shrink(o)) {
        object_destroy(o);
        return;
    }
    gates_delete(o);
    ending_add(o);
}

void object_destroy(struct object *o)
{
    struct allocator *owner = o->owner;
    o->is_ending = true;
    ending_remove(o);
    owner_remove(o);
    gates_delete(o);
    index_give_back(o->index);
    allocator_entry_free(owner, 1);
    o->ops->destroy(o);
    if (handed_out == o)
        handed_out = NULL;
    if (owner)
        object_unuse(&owner->object);
}

/* --- how long it lives ----------------------------------------------- */

void object_tidy(struct object *o)
{
    if (!o->gates && !o->uses && !o->is_ending)
        object_end(o);
}

l4_msgtag_t object_hand_out(struct object *o)
{
    handed_out = o;
    o->is_handed_out = true;
    return answer_cap(0, 0, object_gate(o), L4_CAP_FPAGE_RWS);
}

bool object_must_tidy(void)
{
    return handed_out;
}

void object_handed_out(void)
{
    gate_weaken(handed_out);
    handed_out = NULL;
}

void object_use(struct object *o)
{
    o->uses++;
}

void object_unuse(struct object *o)
{
    o->uses--;
    object_tidy(o);
}

long object_name(struct object *o)
{
    bool is_weak = !o->current || o->current->is_weak;
    long error = is_weak ? gate_make(o) : 0;
    if (error < 0)
        return error;
    o->names++;
    object_use(o);
    return 0;
}

void object_unname(struct object *o)
{
    if (--o->names == 0 && o->is_handed_out)
        gate_weaken(o);
    object_unuse(o);
}

struct object *object_at(unsigned index)
{
    const struct entry *e = entry_at(index);
    return e ? e->object : NULL;
}

struct object *object_find(l4_umword_t label)
{
    struct object *o = object_at(label >> INDEX_SHIFT & (OBJECT_MAX - 1));
    return o && o->label == (label & ~3ul) ? o : NULL;
}

static const char *object_check(const struct object *o)
{
    if (o->index >= end || object_at(o->index) != o)
        return "object I1: an object is not in its place";
    if (o->next && (o->next->prev != o || o->next->owner != o->owner))
        return "object I2: an allocator's list is broken";
    if (o->owner && !o->prev && o->owner->made != o)
        return "object I2: an object is not on its allocator's list";
    if (!o->gates && !o->uses && !o->is_ending)
        return "object I3: nobody holds or uses an object";
    const char *broken = gates_check(o);
    if (broken)
        return broken;
    return o->ops->check ? o->ops->check(o) : NULL;
}

const char *object_check_all(void)
{
    const char *broken = NULL;
    for (unsigned i = 0; i < end && !broken; i++)
        if (object_at(i))
            broken = object_check(object_at(i));
    return broken;
}

l4_msgtag_t answer_words(long result, unsigned words, const l4_umword_t *w)
{
    for (unsigned i = 0; i < words; i++)
        l4_utcb_mr()->mr[i] = w[i];
    return l4_msgtag(result, words, 0, 0);
}

l4_msgtag_t answer_cap(long result, unsigned words, l4_cap_idx_t cap,
                       unsigned rights)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[words] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[words + 1] = l4_obj_fpage(cap, 0, (unsigned char)rights).raw;
    return l4_msgtag(result, words, 1, 0);
}

l4_msgtag_t answer_none(void)
{
    return (l4_msgtag_t){.raw = L4_MSGTAG_ERROR};
}

bool answer_is_none(l4_msgtag_t tag)
{
    return l4_msgtag_has_error(tag);
}

struct object *request_object(const struct request *r,
                              const struct object_ops *ops,
                              l4_umword_t *ret_rights)
{
    const l4_umword_t *item = &r->mr[r->words];
    if (r->items < 1 ||
        (item[0] & L4_RCV_ITEM_RESULT_MASK) != L4_RCV_ITEM_RESULT_LABEL)
        return NULL;
    struct object *o = object_find(item[1]);
    if (!o || (ops && o->ops != ops))
        return NULL;
    *ret_rights = item[1] & 3;
    return o;
}

static long request_map(const struct request *r, unsigned slot,
                        l4_umword_t attributes)
{
    const l4_umword_t *item = &r->mr[r->words];
    l4_fpage_t from =
        l4_obj_fpage(slot_cap(SLOT_RECEIVED), 0, L4_CAP_FPAGE_RWSD);
    if (r->items < 1 || !(item[0] & L4_ITEM_MAP))
        return -L4_EINVAL;
    switch (item[0] & L4_RCV_ITEM_RESULT_MASK) {
    case L4_RCV_ITEM_RESULT_MAPPED:
        break;
    case L4_RCV_ITEM_RESULT_COPIED: /* from moe's own boot thread */
        from.raw = item[1];
        break;
    default:
        return -L4_EINVAL;
    }
    long error = l4_error(l4_task_map(
        L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, from,
        l4_map_obj_control(slot_cap(slot), L4_MAP_ITEM_MAP) | attributes));
    return error < 0 ? error : 0;
}

long request_keep_cap(const struct request *r, unsigned slot)
{
    return request_map(r, slot, 0);
}

long request_keep_weak(const struct request *r, unsigned slot)
{
    return request_map(r, slot, L4_FPAGE_C_NO_REF_CNT);
}

long request_text(const struct request *r, unsigned at, char *buf,
                  unsigned size)
{
    if (r->words <= at)
        return -L4_EMSGTOOSHORT;
    l4_umword_t n = r->mr[at];
    if (n >= size)
        return -L4_ENAMETOOLONG;
    if (r->words < at + 1 + l4_bytes_to_mwords((unsigned)n))
        return -L4_EMSGTOOSHORT;
    memcpy(buf, &r->mr[at + 1], n);
    buf[n] = 0;
    return strlen(buf) == n ? 0 : -L4_EINVAL;
}
