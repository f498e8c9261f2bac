/*
 * Host mappings: which frame of simulated RAM the host process shows at
 * which user page.
 *
 * A bounded cache of mmap() calls. Each page mapped belongs to an owner (a
 * small number: the TLB context of the space that used it last), so that
 * all pages of a space can be dropped together.
 *
 *   bucket[hash(page)] -> page -> page -> 0      by user page
 *   recent:  newest <-> ... <-> oldest           for replacement
 *   owned[owner] -> page <-> page -> 0           for dropping a space
 *
 * A page that is taken away from its space need not leave the host at once:
 * it may retire first. It is still mapped, but counts as not there; the same
 * frame at the same address brings it back without a host call, and what has
 * retired goes in batches (hw_host_settle).
 *
 * Invariants:
 * I1  every page in the table is mapped in the host to its frame; every
 *     other page of the user range is mapped to nothing.
 * I2  pages <= max_pages and runs <= max_runs. A run is a maximal row of
 *     neighbouring pages with neighbouring frames and the same rights: the
 *     host keeps it as one mapping, and one more for the gap after it.
 * I3  table[retired[k]].retired == k + 1 for each that has retired; 0 for all
 *     others.
 */
#ifndef HW_MMU_HOST_H
#define HW_MMU_HOST_H

#include "ram.h"
#include <stdbool.h>

enum { HW_HOST_OWNERS = 128, HW_HOST_RUNS_MAX = 20000 };
enum { HW_HOST_RETIRED_MAX = 256 };
/* Pages are mapped ahead and replaced in aligned blocks of so many. */
enum { HW_HOST_BLOCK = 16, HW_HOST_PAGES_MIN = 4 * HW_HOST_BLOCK };

/* Besides reading. */
enum { HW_HOST_X = 1, HW_HOST_W = 2 };

struct hw_host_page {
    uint64_t page, frame;    /* addresses >> 12: user, physical */
    uint32_t chain;          /* next in the bucket, or next free */
    uint32_t newer, older;   /* recency; [0] is the list's head */
    uint32_t next, previous; /* of the same owner */
    uint32_t owner;
    uint32_t retired; /* 1 + place in the list of those; 0: in use */
    uint8_t rights;   /* HW_HOST_*: what the host may do there */
};

struct hw_host {
    const struct hw_ram *ram;
    uint64_t start, end; /* user range, bytes */
    uint32_t max_pages;
    bool writable; /* for a debugger: all mappings, whatever their rights */
    void (*dropped)(void *data, uint64_t page); /* a page lost its frame */
    void *data;

    struct hw_host_page *table; /* [0] heads `recent` */
    uint32_t room, free;
    uint32_t *bucket; /* `room` of them, a power of two */
    uint32_t owned[HW_HOST_OWNERS];
    uint32_t pages, runs;
    uint32_t retired[HW_HOST_RETIRED_MAX], retired_count;
    uint64_t maps, drops; /* host system calls so far */
};

/* 0, -ENOMEM, or -EEXIST: something of the host lies in the range. */
int hw_host_init(struct hw_host *h, const struct hw_ram *ram, uint64_t start,
                 uint64_t end, uint32_t max_pages,
                 void (*dropped)(void *data, uint64_t page), void *data);
void hw_host_destroy(struct hw_host *h);
/* Entry of a mapped page, NULL: not mapped. It may have retired. Valid until
 * the next map. */
const struct hw_host_page *hw_host_find(const struct hw_host *h, uint64_t page);
/* Maps `count` pages to frames, in place of what was there. 0 or -ENOMEM. */
int hw_host_map(struct hw_host *h, uint64_t page, uint64_t frame,
                uint32_t count, uint32_t owner, unsigned rights);
/* The mapped page was used by `owner` just now; it is in use again. */
void hw_host_touch(struct hw_host *h, uint64_t page, uint32_t owner);
void hw_host_drop(struct hw_host *h, uint64_t first, uint64_t count);
/* Like hw_host_drop(), but the host mappings of a few pages stay. */
void hw_host_retire(struct hw_host *h, uint64_t first, uint64_t count);
/* What has retired goes. */
void hw_host_settle(struct hw_host *h);
void hw_host_drop_owner(struct hw_host *h, uint32_t owner);
/* Asserts I2, I3 and that the lists agree. */
bool hw_host_check(const struct hw_host *h);

#endif
