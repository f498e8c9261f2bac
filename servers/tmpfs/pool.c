/*
 * The pages of a tmpfs (see pool.h).
 *
 *      base: | - | used | free -> | used |    never touched ...   |
 *                                        ^ top                    ^ count
 *
 * Free pages are a list through their first words. Memory is asked for in
 * runs, so that an empty tmpfs costs next to nothing, and before it is
 * touched, so that its end is an error and not a page fault.
 */
#include "pool.h"
#include <string.h>

enum { RUN = 16 }; /* pages committed at once */

static struct {
    char *base;
    long (*commit)(uint32_t page, uint32_t count);
    uint32_t count, top, committed; /* pages */
    uint32_t free, free_count;      /* the list */
} pool;

void pool_init(void *base, uint32_t pages,
               long (*commit)(uint32_t page, uint32_t count))
{
    pool.base = base;
    pool.commit = commit;
    pool.count = pages;
    pool.top = 1;
    pool.committed = 0;
    pool.free = pool.free_count = 0;
}

void *pool_page(uint32_t page)
{
    return pool.base + (size_t)page * POOL_PAGE;
}

static uint32_t from_top(void)
{
    if (pool.top >= pool.count)
        return 0;
    while (pool.top >= pool.committed) {
        uint32_t run = pool.count - pool.committed;
        run = run < RUN ? run : RUN;
        if (pool.commit(pool.committed, run) < 0)
            return 0;
        pool.committed += run;
    }
    return pool.top++;
}

uint32_t pool_get(void)
{
    uint32_t page = pool.free;
    if (page) {
        pool.free = *(uint32_t *)pool_page(page);
        pool.free_count--;
    } else {
        page = from_top();
    }
    if (page)
        memset(pool_page(page), 0, POOL_PAGE);
    return page;
}

void pool_put(uint32_t page)
{
    *(uint32_t *)pool_page(page) = pool.free;
    pool.free = page;
    pool.free_count++;
}

uint32_t pool_pages(void)
{
    return pool.count - 1;
}

uint32_t pool_free(void)
{
    return pool.count - pool.top + pool.free_count;
}
