/*
 * Host mappings: see mmu_host.h for the structure and its invariants.
 *
 * Dropping means mapping PROT_NONE again, so that the user range stays
 * reserved and neighbouring gaps merge into one host mapping. Replacement
 * drops the block around the least recently used page, or its whole run when
 * the number of runs is what is short. Nothing here depends on host
 * addresses or time: order of use alone decides.
 *
 * What a program may not write the host does not either: the compiler leaves
 * out the check of a store right after a load of the same address, so the
 * check of the load is all there is (docs/design/07-read-only-pages.md). And
 * what no program may execute: a wild jump into data would run on unchecked,
 * and perhaps for ever, for steps are counted by the code itself.
 */
#define _GNU_SOURCE
#include "mmu_host.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROOM_AT_FIRST = 1024, PAGE_SHIFT = 12 };

/* The sanitizers keep a forbidden gap of their shadow at these addresses;
 * mapping over it piece by piece is fine. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool range_may_be_taken = true;
#else
static const bool range_may_be_taken = false;
#endif

/* qemu-user has the simulator itself in the range, from 0x5500000000 on, where
 * no task is put, and takes seconds to reserve it. Builds to be tried there
 * say so: they go without. */
#ifdef HW_RANGE_IS_TAKEN
static const bool range_is_taken = true;
#else
static const bool range_is_taken = false;
#endif

static void *host_address(uint64_t page)
{
    return (void *)(uintptr_t)(page << PAGE_SHIFT);
}

/* Not by mmap(): ThreadSanitizer's refuses addresses it does not know. */
static void *map_raw(void *at, size_t size, int rights, int flags, int fd,
                     off_t offset)
{
    return (void *)syscall(SYS_mmap, at, size, rights, flags, fd, offset);
}

static int range_reserve(void *start, uint64_t size)
{
    void *at;

    if (range_is_taken)
        return 0;
    at = map_raw(start, size, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                     MAP_FIXED_NOREPLACE,
                 -1, 0);
    if (at == start)
        return 0;
    if (at != MAP_FAILED) {
        munmap(at, size); /* a host too old to know NOREPLACE */
        return -EEXIST;
    }
    /* Without the reservation pages are still mapped one by one. */
    return errno == EEXIST && !range_may_be_taken ? -EEXIST : 0;
}

static uint32_t *bucket_of(const struct hw_host *h, uint64_t page)
{
    uint64_t hash = page * 0x9e3779b97f4a7c15ull;

    return &h->bucket[hash >> 32 & (h->room - 1)];
}

static uint32_t find(const struct hw_host *h, uint64_t page)
{
    uint32_t i = *bucket_of(h, page);

    while (i && h->table[i].page != page)
        i = h->table[i].chain;
    return i;
}

/* Does the page begin a run (mmu_host.h, I2)? 0 or 1. */
static uint32_t begins_run(const struct hw_host *h, uint64_t page)
{
    uint32_t i = find(h, page);
    uint32_t before = find(h, page - 1);

    if (!i)
        return 0;
    return !before || h->table[before].frame + 1 != h->table[i].frame ||
           h->table[before].rights != h->table[i].rights;
}

static void recent_remove(struct hw_host *h, uint32_t i)
{
    struct hw_host_page *p = &h->table[i];

    h->table[p->newer].older = p->older;
    h->table[p->older].newer = p->newer;
}

static void recent_insert(struct hw_host *h, uint32_t i)
{
    struct hw_host_page *p = &h->table[i];

    p->newer = 0;
    p->older = h->table[0].older;
    h->table[p->older].newer = i;
    h->table[0].older = i;
}

static void owned_remove(struct hw_host *h, uint32_t i)
{
    struct hw_host_page *p = &h->table[i];

    if (p->previous)
        h->table[p->previous].next = p->next;
    else
        h->owned[p->owner] = p->next;
    if (p->next)
        h->table[p->next].previous = p->previous;
}

static void owned_insert(struct hw_host *h, uint32_t i, uint32_t owner)
{
    struct hw_host_page *p = &h->table[i];

    p->owner = owner;
    p->previous = 0;
    p->next = h->owned[owner];
    if (p->next)
        h->table[p->next].previous = i;
    h->owned[owner] = i;
}

static void retired_remove(struct hw_host *h, uint32_t i)
{
    uint32_t place = h->table[i].retired;
    uint32_t last;

    if (!place)
        return;
    last = h->retired[--h->retired_count];
    h->retired[place - 1] = last;
    h->table[last].retired = place;
    h->table[i].retired = 0;
}

static void page_insert(struct hw_host *h, uint64_t page, uint64_t frame,
                        uint32_t owner, unsigned rights)
{
    uint32_t i = h->free;
    uint32_t *bucket = bucket_of(h, page);

    h->runs -= begins_run(h, page + 1);
    h->free = h->table[i].chain;
    h->table[i].page = page;
    h->table[i].frame = frame;
    h->table[i].rights = (uint8_t)rights;
    h->table[i].retired = 0;
    h->table[i].chain = *bucket;
    *bucket = i;
    recent_insert(h, i);
    owned_insert(h, i, owner);
    h->pages++;
    h->runs += begins_run(h, page) + begins_run(h, page + 1);
}

static void page_remove(struct hw_host *h, uint64_t page)
{
    uint32_t *link = bucket_of(h, page);
    uint32_t i;

    h->runs -= begins_run(h, page) + begins_run(h, page + 1);
    while (h->table[*link].page != page)
        link = &h->table[*link].chain;
    i = *link;
    *link = h->table[i].chain;
    recent_remove(h, i);
    owned_remove(h, i);
    retired_remove(h, i);
    h->table[i].chain = h->free;
    h->free = i;
    h->pages--;
    h->runs += begins_run(h, page + 1);
    h->dropped(h->data, page);
}

static void free_add(struct hw_host *h, uint32_t from, uint32_t to)
{
    for (uint32_t i = to; i-- > from;) {
        h->table[i].chain = h->free;
        h->free = i;
    }
}

static void buckets_refill(struct hw_host *h)
{
    for (uint32_t i = h->table[0].older; i; i = h->table[i].older) {
        uint32_t *bucket = bucket_of(h, h->table[i].page);

        h->table[i].chain = *bucket;
        *bucket = i;
    }
}

/* Doubles the table; on failure nothing is changed. */
static int table_grow(struct hw_host *h)
{
    uint32_t room = h->room ? 2 * h->room : ROOM_AT_FIRST;
    uint32_t *bucket = calloc(room, sizeof(*bucket));
    struct hw_host_page *table = NULL;

    if (bucket)
        table = realloc(h->table, room * sizeof(*table));
    if (!table) {
        free(bucket);
        return -ENOMEM;
    }
    if (!h->room)
        table[0] = (struct hw_host_page){0};
    free(h->bucket);
    h->table = table;
    h->bucket = bucket;
    free_add(h, h->room ? h->room : 1, room);
    h->room = room;
    buckets_refill(h);
    return 0;
}

static void span_drop(struct hw_host *h, uint64_t first, uint64_t count)
{
    h->drops++;
    /* I2 leaves the host room for this; going on without it would show one
     * space another's memory. */
    if (map_raw(host_address(first), count << PAGE_SHIFT, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
                0) == MAP_FAILED)
        abort();
    for (uint64_t page = first; page < first + count; page++)
        page_remove(h, page);
}

/* Drops the row of mapped pages around `page`, within [low, high) and of
 * one owner, by one host call. */
static void span_around_drop(struct hw_host *h, uint64_t page, uint64_t low,
                             uint64_t high)
{
    uint32_t owner = h->table[find(h, page)].owner;
    uint64_t first = page, last = page;
    uint32_t i;

    while (first > low && (i = find(h, first - 1)) &&
           h->table[i].owner == owner)
        first--;
    while (last + 1 < high && (i = find(h, last + 1)) &&
           h->table[i].owner == owner)
        last++;
    span_drop(h, first, last - first + 1);
}

static void block_drop(struct hw_host *h, uint64_t page)
{
    uint64_t low = page & ~(uint64_t)(HW_HOST_BLOCK - 1);

    span_around_drop(h, page, low, low + HW_HOST_BLOCK);
}

/* Keeps I2 for `count` pages more: one run more, and one split in two. */
static void room_make(struct hw_host *h, uint32_t count)
{
    while (h->pages && h->pages + count > h->max_pages)
        block_drop(h, h->table[h->table[0].newer].page);
    while (h->pages && h->runs + 2 > HW_HOST_RUNS_MAX)
        span_around_drop(h, h->table[h->table[0].newer].page, 0, UINT64_MAX);
}

static int entries_make(struct hw_host *h, uint32_t count)
{
    while (h->pages + count >= h->room) {
        int error = table_grow(h);

        if (error)
            return error;
    }
    return 0;
}

/* When the host has no room, ours is given up until it has. */
static int frames_map(struct hw_host *h, uint64_t page, uint64_t frame,
                      uint32_t count, unsigned rights)
{
    bool write = h->writable || (rights & HW_HOST_W);
    int prot = PROT_READ | (write ? PROT_WRITE : 0) |
               (rights & HW_HOST_X ? PROT_EXEC : 0);
    off_t offset = (off_t)((frame << PAGE_SHIFT) - h->ram->base);

    h->maps++;
    while (map_raw(host_address(page), (size_t)count << PAGE_SHIFT, prot,
                   MAP_SHARED | MAP_FIXED | MAP_POPULATE, h->ram->fd,
                   offset) == MAP_FAILED) {
        if (!h->pages)
            return -ENOMEM;
        span_around_drop(h, h->table[h->table[0].newer].page, 0, UINT64_MAX);
    }
    return 0;
}

int hw_host_init(struct hw_host *h, const struct hw_ram *ram, uint64_t start,
                 uint64_t end, uint32_t max_pages,
                 void (*dropped)(void *data, uint64_t page), void *data)
{
    int error;

    *h = (struct hw_host){.ram = ram,
                          .start = start,
                          .end = end,
                          .max_pages = max_pages,
                          .dropped = dropped,
                          .data = data};
    if (max_pages < HW_HOST_PAGES_MIN)
        h->max_pages = HW_HOST_PAGES_MIN;
    error = table_grow(h);
    if (error)
        return error;
    error = range_reserve((void *)(uintptr_t)start, end - start);
    if (error) {
        free(h->table);
        free(h->bucket);
    }
    return error;
}

void hw_host_destroy(struct hw_host *h)
{
    syscall(SYS_munmap, h->start, h->end - h->start);
    free(h->table);
    free(h->bucket);
}

const struct hw_host_page *hw_host_find(const struct hw_host *h, uint64_t page)
{
    uint32_t i = find(h, page);

    return i ? &h->table[i] : NULL;
}

int hw_host_map(struct hw_host *h, uint64_t page, uint64_t frame,
                uint32_t count, uint32_t owner, unsigned rights)
{
    int error;

    room_make(h, count);
    error = entries_make(h, count);
    if (!error)
        error = frames_map(h, page, frame, count, rights);
    if (error)
        return error;
    for (uint32_t k = 0; k < count; k++) {
        if (find(h, page + k))
            page_remove(h, page + k);
        page_insert(h, page + k, frame + k, owner, rights);
    }
    return 0;
}

void hw_host_touch(struct hw_host *h, uint64_t page, uint32_t owner)
{
    uint32_t i = find(h, page);

    if (!i)
        return;
    retired_remove(h, i);
    recent_remove(h, i);
    recent_insert(h, i);
    if (h->table[i].owner == owner)
        return;
    owned_remove(h, i);
    owned_insert(h, i, owner);
}

/* The newest page of the list that lies in [first, last]; 0: none. */
static uint32_t any_within(const struct hw_host *h, uint64_t first,
                           uint64_t last)
{
    uint32_t i = h->table[0].older;

    while (i && (h->table[i].page < first || h->table[i].page > last))
        i = h->table[i].older;
    return i;
}

void hw_host_drop(struct hw_host *h, uint64_t first, uint64_t count)
{
    uint64_t last = first + count - 1;

    if (count > h->pages) {
        uint32_t i;

        while ((i = any_within(h, first, last)))
            span_around_drop(h, h->table[i].page, first, last + 1);
        return;
    }
    for (uint64_t page = first; page <= last; page++)
        if (find(h, page))
            span_around_drop(h, page, first, last + 1);
}

static void page_retire(struct hw_host *h, uint64_t page)
{
    uint32_t i = find(h, page);

    if (!i || h->table[i].retired)
        return;
    if (h->retired_count == HW_HOST_RETIRED_MAX)
        hw_host_settle(h);
    h->retired[h->retired_count++] = i;
    h->table[i].retired = h->retired_count;
    h->dropped(h->data, page);
}

void hw_host_retire(struct hw_host *h, uint64_t first, uint64_t count)
{
    if (count > HW_HOST_BLOCK) {
        hw_host_drop(h, first, count);
        return;
    }
    for (uint64_t page = first; page < first + count; page++)
        page_retire(h, page);
}

static bool has_retired(const struct hw_host *h, uint64_t page)
{
    uint32_t i = find(h, page);

    return i && h->table[i].retired;
}

void hw_host_settle(struct hw_host *h)
{
    while (h->retired_count) {
        uint64_t first = h->table[h->retired[h->retired_count - 1]].page;
        uint64_t last = first;

        while (has_retired(h, first - 1))
            first--;
        while (has_retired(h, last + 1))
            last++;
        span_drop(h, first, last - first + 1);
    }
}

void hw_host_drop_owner(struct hw_host *h, uint32_t owner)
{
    while (h->owned[owner])
        span_around_drop(h, h->table[h->owned[owner]].page, 0, UINT64_MAX);
}

bool hw_host_check(const struct hw_host *h)
{
    uint32_t pages = 0, runs = 0, owned = 0, retired = 0;

    for (uint32_t i = h->table[0].older; i; i = h->table[i].older) {
        if (find(h, h->table[i].page) != i)
            return false;
        pages++;
        retired += h->table[i].retired != 0;
        runs += begins_run(h, h->table[i].page);
    }
    for (uint32_t owner = 0; owner < HW_HOST_OWNERS; owner++)
        for (uint32_t i = h->owned[owner]; i; i = h->table[i].next)
            owned += h->table[i].owner == owner;
    for (uint32_t k = 0; k < h->retired_count; k++)
        if (h->table[h->retired[k]].retired != k + 1)
            return false;
    return retired == h->retired_count && pages == h->pages && owned == pages &&
           runs == h->runs && pages <= h->max_pages && runs <= HW_HOST_RUNS_MAX;
}
