/*
 * MMU: 4-level page tables in simulated RAM, a soft TLB, host mappings.
 *
 * Tables look like this (x86-64's shape, bits of our own):
 *
 *   va[47:39] -> L3[512] -> va[38:30] -> L2[512] -> va[29:21] -> L1[512]
 *             -> va[20:12] -> L0[512] -> 4 KiB page
 *   entry: bit 0 valid, 1 R, 2 W, 3 X, 4 user, 5 accessed, 6 dirty,
 *          7 leaf (at L1: 2 MiB page; at L0 always set), 8 device,
 *          12..47 frame or next table
 *
 * Three layers answer "may this access happen, and where":
 *   soft TLB   what compiled code asks (user_abi.h); one context of
 *              HW_TLB_ENTRIES per recently used table root, least recently
 *              used replaced
 *   walk       on a miss; sets accessed and dirty bits
 *   host map   the page of RAM is mapped at the user address in the host
 *              process, writable if the program may write it, executable if
 *              it may execute it (a cache: bounded number of pages, least
 *              recently used dropped)
 *
 * Invariants:
 * I1  a TLB entry is a subset of what its walk gives, and the page it names
 *     is host-mapped at that address to that frame.
 * I2  two spaces conflict once one accesses an address where the other maps
 *     a different frame, or the same which only one of them may write. While a
 * space runs, no page of a space that ever conflicted is host-mapped, but its
 * own. (Spaces that never conflict leave each other's host mappings alone:
 * switching is free.) I3  taking rights away (hw_mmu_invalidate) drops TLB
 * entries of all contexts of that root, and the host mapping at the latest when
 *     hw_mmu_settle() is called: before another space runs, and before a
 *     thread goes on in the middle of something (the compiler may have left
 *     out checks there). Until then a page that a thread took from its own
 *     space is within reach of what is not checked (docs/caveats.md).
 */
#ifndef HW_MMU_H
#define HW_MMU_H

#include "ram.h"
#include "user_abi.h"
#include <stdbool.h>

enum {
    HW_PTE_VALID = 1,
    HW_PTE_R = 2,
    HW_PTE_W = 4,
    HW_PTE_X = 8,
    HW_PTE_USER = 16,
    HW_PTE_ACCESSED = 32,
    HW_PTE_DIRTY = 64,
    HW_PTE_LEAF = 128,
    HW_PTE_DEVICE = 256,
};
#define HW_PTE_FRAME 0x0000fffffffff000ull

/*
 * Tables are small, so that a space with little in it takes little memory:
 *
 *      level   6      5      4      3      2      1      0
 *      bits  39:37  36:33  32:29  28:25  24:21  20:16  15:12
 *                                         \-> leaf: 2 MiB page
 *
 * A leaf's frame field is the page's address, that of any other entry the
 * address of the next table in units of 64 bytes, to which tables are aligned.
 */
enum { HW_WALK_LEVELS = 7, HW_WALK_SUPERPAGE = 2, HW_TABLE_UNIT = 64 };

static inline unsigned hw_walk_shift(int level)
{
    static const unsigned char shift[HW_WALK_LEVELS + 1] = {12, 16, 21, 25,
                                                            29, 33, 37, 40};
    return shift[level];
}

/* Entries of a table of this level. */
static inline unsigned hw_walk_entries(int level)
{
    return 1u << (hw_walk_shift(level + 1) - hw_walk_shift(level));
}

static inline uint64_t hw_walk_index(uint64_t va, int level)
{
    return va >> hw_walk_shift(level) & (hw_walk_entries(level) - 1);
}

static inline uint64_t hw_pte_table(uint64_t table)
{
    return table / HW_TABLE_UNIT << 12 | HW_PTE_VALID;
}

static inline uint64_t hw_pte_table_address(uint64_t pte)
{
    return (pte & HW_PTE_FRAME) / 4096 * HW_TABLE_UNIT;
}

enum { HW_ACCESS_X = 1, HW_ACCESS_W = 2, HW_ACCESS_R = 4 };

struct hw_walk {    /* result of a successful walk */
    uint64_t pa;    /* of the address itself */
    uint64_t *pte;  /* host pointer to the leaf entry */
    unsigned order; /* 12 or 21 */
    uint64_t flags; /* HW_PTE_* of the leaf */
};

struct hw_mmu_stats { /* counters, since init */
    uint64_t walks, host_maps, host_drops, remaps, switches;
    uint64_t pages, runs; /* host-mapped now; runs: see mmu_host.h */
};

struct hw_mmu; /* opaque; holds its own memory */

/* User addresses are [user_start, user_end), reserved in the host process at
 * these very addresses. `max_host_pages`: bound on host-mapped pages (0: a
 * default; at least HW_HOST_PAGES_MIN); how many mappings they make in the
 * host is bounded far under its own limit in any case. NULL and *ret_error =
 * errno on failure. */
struct hw_mmu *hw_mmu_new(struct hw_ram *ram, uint64_t user_start,
                          uint64_t user_end, unsigned max_host_pages,
                          int *ret_error);
void hw_mmu_free(struct hw_mmu *m);
/* From the start on, all host mappings are writable: for debuggers, whose
 * breakpoints never come about where they are not. (Then a program's store that
 * is not checked succeeds.) */
void hw_mmu_writable(struct hw_mmu *m);

/* Several CPUs share the contexts of the soft TLB, like hardware threads;
 * each has its own table root in force and its own block. All calls are about
 * the CPU selected last, 0 at first; with a number seen for the first time a
 * CPU begins: root 0, no block. */
enum { HW_MMU_CPUS = 32 };
void hw_mmu_select(struct hw_mmu *m, unsigned cpu);
/*
 * From now on CPUs run user code at the same time, each on a host thread; all
 * calls are made under one lock of the caller's. hw_mmu_enter() comes before
 * the selected CPU runs user code (false: not now, for a space it conflicts
 * with runs on another CPU), hw_mmu_leave() after. `stop_others` returns when
 * no other CPU runs user code, until the lock is released. I2 then holds of
 * all spaces that run.
 */
void hw_mmu_parallel(struct hw_mmu *m, void (*stop_others)(void));
bool hw_mmu_enter(struct hw_mmu *m);
void hw_mmu_leave(struct hw_mmu *m);
/* The CPU block whose `tlb`, `code_page`, `stack_page` follow switches. */
void hw_mmu_attach(struct hw_mmu *m, struct hw_user_block *block);
/* Page tables rooted at `root` (physical, 0: none) are now in force. No host
 * system call unless host mappings of the two spaces conflict. `cache` is
 * the caller's per-space word, 0 at first, that lets the model find the TLB
 * context of `root` in O(1). */
void hw_mmu_switch(struct hw_mmu *m, uint64_t root, uint32_t *cache);

/* The root in force on a CPU, 0: none. */
uint64_t hw_mmu_root(const struct hw_mmu *m, unsigned cpu);

/* Pure walk: true and *ret_walk, or false. Touches no bit. */
bool hw_mmu_walk(const struct hw_mmu *m, uint64_t root, uint64_t va,
                 struct hw_walk *ret_walk);
/* Is the address in [user_start, user_end)? */
bool hw_mmu_is_user(const struct hw_mmu *m, uint64_t va);
/*
 * What hardware does on an access of the running space that the TLB does not
 * know: walk, check R/W/X and user, set accessed (and dirty on W), host-map
 * the page, fill the TLB. [va, va + size) may cross pages. True: permitted.
 * False: *ret_fault is the first address that is not.
 */
bool hw_mmu_access(struct hw_mmu *m, uint64_t va, uint64_t size,
                   unsigned access, uint64_t *ret_fault);
/* Where the simulator finds the RAM that the running space maps at `va`, up
 * to the end of the page; NULL: none there. Checks no right. */
void *hw_mmu_at(const struct hw_mmu *m, uint64_t va);
/* A device page is never host-mapped and plain accesses to it fail; device
 * accessors ask here: true and its physical address if the running space may
 * access it so. */
bool hw_mmu_device(struct hw_mmu *m, uint64_t va, unsigned size,
                   unsigned access, uint64_t *ret_pa);
/* The table of `root` changed at [va, + 2^order), rights were taken away.
 * (Adding rights needs no call.) */
void hw_mmu_invalidate(struct hw_mmu *m, uint64_t root, uint64_t va,
                       unsigned order);
/* Keeps I3: the host mappings of what was taken away go, in as few host calls
 * as neighbours allow. Cheap when there is nothing to do. */
void hw_mmu_settle(struct hw_mmu *m);
/* The whole space is gone. */
void hw_mmu_forget(struct hw_mmu *m, uint64_t root);
/* Host-maps what [va, + size) of `root` maps, for debuggers: changes nothing
 * the guest can see. Pages not there are skipped. */
void hw_mmu_prefill(struct hw_mmu *m, uint64_t root, uint64_t va,
                    uint64_t size);
void hw_mmu_stats(const struct hw_mmu *m, struct hw_mmu_stats *ret_stats);
/* Asserts I1..I3 by walking everything; false: *ret_text says which. */
bool hw_mmu_check(const struct hw_mmu *m, const char **ret_text);

#endif
