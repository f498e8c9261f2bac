/*
 * Page walk: seven levels of small tables in simulated RAM (mmu.h).
 *
 *   root -> L6 -> L5 -> L4 -> L3 -> L2 -> L1 -> L0 -> page
 *                                    \-> leaf: 2 MiB page
 *
 * A table or entry outside of RAM, or a leaf at the wrong level, ends the
 * walk as an invalid entry does: a wrong table is the kernel's bug, and the
 * model shows it as a fault, never as a crash of its own.
 *
 * Simplified: hardware has larger tables and fewer levels. The idea is that of
 * Intel SDM volume 3A, section 4.5; sizes and bits are ours.
 */
#include "mmu_walk.h"
#include <stddef.h>

static uint64_t *entry_at(const struct hw_ram *ram, uint64_t table, int level,
                          uint64_t va)
{
    return hw_ram_at(ram, table + hw_walk_index(va, level) * sizeof(uint64_t),
                     sizeof(uint64_t));
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
    for (int level = HW_WALK_LEVELS - 1; level >= 0; level--) {
        uint64_t *pte = entry_at(ram, table, level, va);

        if (!pte || !(*pte & HW_PTE_VALID))
            return false;
        if (*pte & HW_PTE_LEAF) {
            if (level && level != HW_WALK_SUPERPAGE)
                return false;
            leaf_found(pte, hw_walk_shift(level), va, ret_walk);
            return true;
        }
        table = hw_pte_table_address(*pte);
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

    bool large = w->order == HW_SUPERPAGE_SHIFT;
    if ((there ^ va) >> hw_walk_shift(large ? HW_WALK_SUPERPAGE : 1))
        return false;
    if (large) {
        *ret_pa =
            (w->pa & ~page_mask) + (there & ~page_mask) - (va & ~page_mask);
        return true;
    }
    pte = w->pte[distance];
    if ((pte & (HW_PTE_VALID | HW_PTE_LEAF | HW_PTE_USER | HW_PTE_DEVICE)) !=
            (HW_PTE_VALID | HW_PTE_LEAF | HW_PTE_USER) ||
        ((pte ^ w->flags) & (HW_PTE_X | HW_PTE_W)))
        return false;
    *ret_pa = pte & HW_PTE_FRAME;
    return true;
}
