/*
 * Capability tables: their memory. What is done with the slots is in cap.c,
 * the picture and the invariants in cap.h.
 *
 * The directory starts with 4 pages' worth of pointers and doubles; pages
 * come when a slot of theirs is first filled and stay until the table goes.
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

static size_t dir_bytes(uint32_t dir_size)
{
    return dir_size * sizeof(struct cap_slot *);
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
    for (uint32_t i = 0; i < CAP_PAGE_SLOTS; i++) {
        mapping_init(&page[i].map);
        page[i].table = t;
        page[i].index = first + i;
    }
    return page;
}

/* Makes the directory reach page `number`; false: no memory. */
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
    memcpy(dir, t->dir, dir_bytes(t->dir_size));
    kmem_free(t->quota, t->dir, dir_bytes(t->dir_size));
    t->dir = dir;
    t->dir_size = size;
    return true;
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
    if (!dir_grow(t, number)) {
        kmem_free(t->quota, page, CAP_PAGE_BYTES);
        return NULL;
    }
    t->dir[number] = page;
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

bool cap_table_destroy(struct cap_table *t, unsigned budget)
{
    while (t->swept < t->dir_size) {
        struct cap_slot *page = t->dir[t->swept];
        work_done(1);
        if (page && !page_empty(page, &budget))
            return false;
        kmem_free(t->quota, page, CAP_PAGE_BYTES);
        t->dir[t->swept++] = NULL;
        if (work_should_stop())
            return false;
    }
    kmem_free(t->quota, t->dir, dir_bytes(t->dir_size));
    t->dir = NULL;
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
    for (uint32_t i = 0; i < t->dir_size; i++) {
        for (uint32_t j = 0; t->dir[i] && j < CAP_PAGE_SLOTS; j++) {
            const struct cap_slot *s = &t->dir[i][j];
            kassert(s->table == t && s->index == i * CAP_PAGE_SLOTS + j);
            slot_check(s);
            used += s->object != NULL;
        }
    }
    kassert(used == t->used); /* I3 */
}
