/*
 * Page walk: what the tables in simulated RAM say, nothing else.
 */
#ifndef HW_MMU_WALK_H
#define HW_MMU_WALK_H

#include "mmu.h"

enum { HW_PAGE_SHIFT = 12, HW_SUPERPAGE_SHIFT = 21, HW_VA_BITS = 40 };
enum { HW_PAGE_SIZE = 1 << HW_PAGE_SHIFT };

/* As hw_mmu_walk(). */
bool hw_walk(const struct hw_ram *ram, uint64_t root, uint64_t va,
             struct hw_walk *ret_walk);
/* May user code access a page with these HW_PTE_* flags so? */
bool hw_walk_permits(uint64_t flags, unsigned access);
/* Sets accessed, and dirty on a write, in the table. */
void hw_walk_mark(struct hw_walk *w, unsigned access);
/* Physical address of the page `distance` pages from the walk's own, if
 * the same leaf table or superpage maps it as user RAM, executable and
 * writable exactly if the walk's own is; false otherwise. */
bool hw_walk_neighbour(const struct hw_walk *w, uint64_t va, int distance,
                       uint64_t *ret_pa);

#endif
