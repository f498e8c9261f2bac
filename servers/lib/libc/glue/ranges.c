/*
 * The list of what a program has mapped (see ranges.h). Records come in pages
 * and are never given back.
 */
#include "ranges.h"

#include <stddef.h>
#include <vitrine/libc.h>

struct lock memory_lock;
struct range *ranges;
static struct range *spare;
static struct range first_spares[32];

static void add_spares(struct range *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        records[i].next = spare;
        spare = &records[i];
    }
}

struct range *range_spare(void)
{
    static int started;
    void *page;
    struct range *r;

    if (!started++)
        add_spares(first_spares, sizeof first_spares / sizeof *first_spares);
    if (!spare && !vitrine_pages_map(&page, PAGE))
        add_spares(page, PAGE / sizeof(struct range));
    r = spare;
    if (r)
        spare = r->next;
    return r;
}

void range_give(struct range *r)
{
    r->next = spare;
    spare = r;
}

void range_insert(struct range *r, void *start, unsigned long size,
                  enum kind kind)
{
    *r = (struct range){ranges, (unsigned long)start, size, kind, 0, 0};
    ranges = r;
}

/* Part of `whole` in a record of its own. */
static void insert_part(struct range *r, const struct range *whole,
                        unsigned long start, unsigned long size)
{
    range_insert(r, (void *)start, size, whole->kind);
    r->mapping = whole->mapping;
    r->offset = whole->offset + (start - whole->start);
    if (r->mapping)
        r->mapping->uses++;
}

static int is_inside(const struct range *r, unsigned long start,
                     unsigned long size)
{
    return start >= r->start && start + size <= r->start + r->size;
}

struct range *range_holder(enum kind kind, unsigned long start,
                           unsigned long size)
{
    for (struct range *r = ranges; r; r = r->next)
        if (r->kind == kind && is_inside(r, start, size))
            return r;
    return 0;
}

unsigned long range_next(unsigned long start, unsigned long end)
{
    for (struct range *r = ranges; r; r = r->next)
        if (r->kind == MAPPED && start <= r->start && r->start < end)
            end = r->start;
    return end;
}

void range_cut(struct range **p, unsigned long start, unsigned long size,
               struct range *rest)
{
    struct range *r = *p;
    unsigned long end = r->start + r->size;

    if (start + size < end) { /* there is something behind */
        insert_part(rest, r, start + size, end - start - size);
        rest = 0;
    }
    if (r->start < start) {
        r->size = start - r->start;
        if (rest)
            range_give(rest);
        return;
    }
    while (*p != r) /* the insertion may have moved it */
        p = &(*p)->next;
    *p = r->next;
    if (r->mapping)
        mapping_drop(r->mapping);
    range_give(r);
    if (rest)
        range_give(rest);
}
