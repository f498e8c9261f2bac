/*
 * Page walk: four levels of tables in simulated RAM.
 *
 *   root -> L3[va 47:39] -> L2[38:30] -> L1[29:21] -> L0[20:12] -> page
 *                                          \-> leaf: 2 MiB page
 *
 * A table or entry outside of RAM, or a leaf at the wrong level, ends the
 * walk as an invalid entry does: a wrong table is the kernel's bug, and the
 * model shows it as a fault, never as a crash of its own.
 *
 * Source: the shape is that of Intel SDM volume 3A, section 4.5; the bits
 * are ours (mmu.h).
 */
#include "mmu_walk.h"
#include <stddef.h>

enum { LEVELS = 4, INDEX_BITS = 9, INDEX_MASK = (1 << INDEX_BITS) - 1 };

static unsigned level_shift(int level)
{
    return HW_PAGE_SHIFT + INDEX_BITS * (unsigned)level;
}

static uint64_t *entry_at(const struct hw_ram *ram, uint64_t table, int level,
                          uint64_t va)
{
    uint64_t index = va >> level_shift(level) & INDEX_MASK;

    return hw_ram_at(ram, table + index * sizeof(uint64_t), sizeof(uint64_t));
}

static void leaf_found(uint64_t *pte, unsigned order, uint64_t va,
                       struct hw_walk *ret_walk)
{
    uint64_t inside = (1ull << order) - 1;

    *ret_walk = (struct hw_walk){
        .pa = (*pte & HW_PTE_FRAME & ~inside) | (va & inside),
        .pte = pte,
        .order = order,
        .flags = *pte & ~HW_PTE_FRAME,
    };
}

bool hw_walk(const struct hw_ram *ram, uint64_t root, uint64_t va,
             struct hw_walk *ret_walk)
{
    uint64_t table = root;

    if (!root || va >> HW_VA_BITS)
        return false;
    for (int level = LEVELS - 1; level >= 0; level--) {
        uint64_t *pte = entry_at(ram, table, level, va);

        if (!pte || !(*pte & HW_PTE_VALID))
            return false;
        if (*pte & HW_PTE_LEAF) {
            if (level > 1)
                return false;
            leaf_found(pte, level_shift(level), va, ret_walk);
            return true;
        }
        table = *pte & HW_PTE_FRAME;
    }
    return false;
}

bool hw_walk_permits(uint64_t flags, unsigned access)
{
    uint64_t needed = HW_PTE_USER;

    if (access & HW_ACCESS_R)
        needed |= HW_PTE_R;
    if (access & HW_ACCESS_W)
        needed |= HW_PTE_W;
    if (access & HW_ACCESS_X)
        needed |= HW_PTE_X;
    return (flags & needed) == needed;
}

void hw_walk_mark(struct hw_walk *w, unsigned access)
{
    uint64_t bits = HW_PTE_ACCESSED;

    if (access & HW_ACCESS_W)
        bits |= HW_PTE_DIRTY;
    *w->pte |= bits;
    w->flags |= bits;
}

bool hw_walk_neighbour(const struct hw_walk *w, uint64_t va, int distance,
                       uint64_t *ret_pa)
{
    uint64_t page_mask = HW_PAGE_SIZE - 1;
    uint64_t there = va + (uint64_t)((int64_t)distance * HW_PAGE_SIZE);
    uint64_t pte;

    if ((there ^ va) >> HW_SUPERPAGE_SHIFT)
        return false;
    if (w->order == HW_SUPERPAGE_SHIFT) {
        *ret_pa =
            (w->pa & ~page_mask) + (there & ~page_mask) - (va & ~page_mask);
        return true;
    }
    pte = w->pte[distance];
    if ((pte & (HW_PTE_VALID | HW_PTE_LEAF | HW_PTE_USER | HW_PTE_DEVICE)) !=
            (HW_PTE_VALID | HW_PTE_LEAF | HW_PTE_USER) ||
        ((pte ^ w->flags) & HW_PTE_X))
        return false;
    *ret_pa = pte & HW_PTE_FRAME;
    return true;
}
