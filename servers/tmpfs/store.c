/*
 * The pages of a tmpfs (see store.h).
 *
 *      base: | - | used | free -> | used |    never touched ...   |
 *                                        ^ top                    ^ count
 *
 * Free pages are a list through their first words. Memory is asked for in
 * runs, so that an empty tmpfs costs next to nothing, and before it is
 * touched, so that its end is an error and not a page fault.
 */
#include "store.h"
#include <string.h>

enum { RUN = 16 }; /* pages committed at once */

static struct {
    char *base;
    long (*commit)(uint32_t page, uint32_t count);
    uint32_t count, top, committed; /* pages */
    uint32_t free, free_count;      /* the list */
} store;

void store_init(void *base, uint32_t pages,
                long (*commit)(uint32_t page, uint32_t count))
{
    store.base = base;
    store.commit = commit;
    store.count = pages;
    store.top = 1;
    store.committed = 0;
    store.free = store.free_count = 0;
}

void *store_page(uint32_t page)
{
    return store.base + (size_t)page * STORE_PAGE;
}

static uint32_t from_top(void)
{
    if (store.top >= store.count)
        return 0;
    while (store.top >= store.committed) {
        uint32_t run = store.count - store.committed;
        run = run < RUN ? run : RUN;
        if (store.commit(store.committed, run) < 0)
            return 0;
        store.committed += run;
    }
    return store.top++;
}

uint32_t store_get(void)
{
    uint32_t page = store.free;
    if (page) {
        store.free = *(uint32_t *)store_page(page);
        store.free_count--;
    } else {
        page = from_top();
    }
    if (page)
        memset(store_page(page), 0, STORE_PAGE);
    return page;
}

void store_put(uint32_t page)
{
    *(uint32_t *)store_page(page) = store.free;
    store.free = page;
    store.free_count++;
}

uint32_t store_pages(void)
{
    return store.count - 1;
}

uint32_t store_free(void)
{
    return store.count - store.top + store.free_count;
}
