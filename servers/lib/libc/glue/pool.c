/*
 * Pools of records; see pool.h.
 */
#include "pool.h"

#include <sys/mman.h>

#define PAGE 4096ul

int pool_page(void **ret_page, unsigned long size)
{
    const long arguments[6] = {0, size, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1};
    long address = call_mmap(arguments);

    if (address < 0 && address > -4096)
        return address;
    *ret_page = (void *)address;
    return 0;
}

static int add_page(struct pool *pool)
{
    void *page;

    if (pool->page(&page, PAGE) < 0)
        return 0;
    pool->fresh = page;
    pool->fresh_end = pool->fresh + PAGE;
    return 1;
}

void *pool_take(struct pool *pool)
{
    void *record = 0;

    lock_take(&pool->lock);
    if (pool->free) {
        record = pool->free;
        pool->free = *(void **)record;
    } else if ((size_t)(pool->fresh_end - pool->fresh) >= pool->size ||
               add_page(pool)) {
        record = pool->fresh;
        pool->fresh += pool->size;
    }
    lock_drop(&pool->lock);
    return record;
}

void pool_give(struct pool *pool, void *record)
{
    lock_take(&pool->lock);
    *(void **)record = pool->free;
    pool->free = record;
    lock_drop(&pool->lock);
}
