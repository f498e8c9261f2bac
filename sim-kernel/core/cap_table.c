/*
 * Capability tables: their memory. What is done with the slots is in cap.c,
 * the picture and the invariants in cap.h.
 *
 * The directory starts with 4 pages' worth of pointers and doubles up to a
 * part, then parts come as they are needed; pages come when a slot of theirs
 * is first filled. All stay until the table goes.
 * So a slot never moves, and the mapping database may point to it.
 */
#include "cap.h"

#include "kassert.h"
#include "kmem.h"
#include "kstring.h"
#include "work.h"

enum { DIR_FIRST = 4 };

/* Most tasks hold a handful: a page of slots is a quarter of a page frame. */
enum { CAP_PAGE_BYTES = CAP_PAGE_SLOTS * sizeof(struct cap_slot) };

enum {
    PART_BYTES = CAP_PART_PAGES * sizeof(struct cap_slot *),
    PARTS_BYTES = CAP_DIR_MAX / CAP_PART_PAGES * sizeof(struct cap_slot **),
};

static size_t dir_bytes(uint32_t dir_size)
{
    bool part = dir_size > CAP_PART_PAGES;
    return part ? PART_BYTES : dir_size * sizeof(struct cap_slot *);
}

int cap_table_init(struct cap_table *t, struct quota *q, uint32_t task_id)
{
    struct cap_slot **dir = kmem_alloc(q, dir_bytes(DIR_FIRST));
    if (!dir)
        return -L4_ENOMEM;
    *t = (struct cap_table){
        .quota = q, .task_id = task_id, .dir_size = DIR_FIRST, .dir = dir};
    return 0;
}

static struct cap_slot *page_make(struct cap_table *t, uint32_t first)
{
    struct cap_slot *page = kmem_alloc(t->quota, CAP_PAGE_BYTES);
    if (!page)
        return NULL;
    work_done(CAP_PAGE_SLOTS / 2);
    for (uint32_t i = 0; i < CAP_PAGE_SLOTS; i++) {
        mapping_init(&page[i].map);
        page[i].table = t;
        page[i].index = first + i;
    }
    return page;
}

/* Makes dir name page `number` of the first part; false: no memory. */
static bool dir_grow(struct cap_table *t, uint32_t number)
{
    uint32_t size = t->dir_size;
    while (size <= number)
        size *= 2;
    if (size == t->dir_size)
        return true;
    struct cap_slot **dir = kmem_alloc(t->quota, dir_bytes(size));
    if (!dir)
        return false;
    work_done((unsigned)(dir_bytes(t->dir_size) / WORK_COPY));
    memcpy(dir, t->dir, dir_bytes(t->dir_size));
    kmem_free(t->quota, t->dir, dir_bytes(t->dir_size));
    t->dir = dir;
    t->dir_size = size;
    return true;
}

/* Makes part `which` behind the first; NULL: no memory, nothing changed. */
static struct cap_slot **part_add(struct cap_table *t, uint32_t which)
{
    struct quota *q = t->quota;
    struct cap_slot **part = kmem_alloc(q, PART_BYTES);
    struct cap_slot ***parts = t->parts ? t->parts : kmem_alloc(q, PARTS_BYTES);
    if (!part || !parts || !dir_grow(t, CAP_PART_PAGES - 1)) {
        kmem_free(q, part, PART_BYTES);
        if (!t->parts)
            kmem_free(q, parts, PARTS_BYTES);
        return NULL;
    }
    t->parts = parts;
    t->parts[which] = part;
    if (t->dir_size < (which + 1) * CAP_PART_PAGES)
        t->dir_size = (which + 1) * CAP_PART_PAGES;
    return part;
}

/* The part that names page `number`, made if need be; NULL: no memory. */
static struct cap_slot **part_make(struct cap_table *t, uint32_t number)
{
    uint32_t which = number / CAP_PART_PAGES;
    if (which == 0)
        return dir_grow(t, number) ? t->dir : NULL;
    if (t->parts && t->parts[which])
        return t->parts[which];
    return part_add(t, which);
}

struct cap_slot *cap_slot_make(struct cap_table *t, word_t index)
{
    struct cap_slot *s = cap_slot(t, index);
    if (s || index >= CAP_INDEX_MAX || !t->dir || t->swept)
        return s;
    uint32_t number = (uint32_t)index / CAP_PAGE_SLOTS;
    struct cap_slot *page = page_make(t, number * CAP_PAGE_SLOTS);
    if (!page)
        return NULL;
    struct cap_slot **part = part_make(t, number);
    if (!part) {
        kmem_free(t->quota, page, CAP_PAGE_BYTES);
        return NULL;
    }
    part[number % CAP_PART_PAGES] = page;
    return &page[index % CAP_PAGE_SLOTS];
}

/* Empties one page, as far as `budget` goes; true: it is empty. */
static bool page_empty(struct cap_slot *page, unsigned *budget)
{
    for (uint32_t i = 0; i < CAP_PAGE_SLOTS; i++) {
        if (!page[i].object)
            continue;
        if (*budget == 0)
            return false;
        (*budget)--;
        work_done(2);
        if (!cap_unmap(&page[i], CAP_ALL) || work_should_stop())
            return false;
    }
    return true;
}

/* Frees page `number` and, with its last, the part behind the first. */
static void page_release(struct cap_table *t, uint32_t number)
{
    struct cap_slot **part = cap_part(t, number);
    uint32_t place = number % CAP_PART_PAGES;
    kmem_free(t->quota, part[place], CAP_PAGE_BYTES);
    part[place] = NULL;
    if (number > CAP_PART_PAGES && place == CAP_PART_PAGES - 1) {
        kmem_free(t->quota, part, PART_BYTES);
        t->parts[number / CAP_PART_PAGES] = NULL;
    }
}

bool cap_table_destroy(struct cap_table *t, unsigned budget)
{
    while (t->swept < t->dir_size) {
        struct cap_slot **part = cap_part(t, t->swept);
        struct cap_slot *page = part ? part[t->swept % CAP_PART_PAGES] : NULL;
        work_done(1);
        if (page && !page_empty(page, &budget))
            return false;
        if (part)
            page_release(t, t->swept);
        t->swept += part ? 1 : CAP_PART_PAGES;
        if (work_should_stop())
            return false;
    }
    kmem_free(t->quota, t->dir, dir_bytes(t->dir_size));
    kmem_free(t->quota, t->parts, PARTS_BYTES);
    t->dir = NULL;
    t->parts = NULL;
    t->dir_size = 0;
    return true;
}

static void slot_check(const struct cap_slot *s)
{
    mapping_check(&s->map);
    if (!s->object) { /* I1 */
        kassert(s->rights == 0 && !s->weak && !s->map.parent);
        kassert(list_is_empty(&s->map.children));
        return;
    }
    kassert((s->rights & CAP_R) && (s->rights & ~CAP_ALL) == 0);
    kassert(mapping_is_below(&s->map, &s->object->caps));
    kassert(s->object->dying || s->object->refs > 0); /* I2, see object */
    const struct cap_slot *p = cap_parent(s);
    if (p) { /* mapdb I2 */
        kassert(p->object == s->object);
        kassert((s->rights & ~p->rights) == 0);
    }
}

void cap_table_check(const struct cap_table *t)
{
    uint32_t used = 0;
    for (word_t i = 0; i < (word_t)t->dir_size * CAP_PAGE_SLOTS; i++) {
        const struct cap_slot *s = cap_slot(t, i);
        if (!s)
            continue;
        kassert(s->table == t && s->index == i);
        slot_check(s);
        used += s->object != NULL;
    }
    kassert(used == t->used); /* I3 */
}
