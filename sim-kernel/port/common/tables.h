/*
 * Page tables of 512 entries a level: what the formats of three processors
 * share. A port's space.c says before it includes this file, how many LEVELS
 * there are, which USER_ENTRIES of the top table are the task's, and by four
 * functions what an entry means.
 *
 *   top (LEVELS - 1) --pte_is_table--> ... --> last table (0) --> page
 */
#ifndef PORT_TABLES_H
#define PORT_TABLES_H

#include "port.h"

enum { ENTRIES = 512, LEVEL_BITS = 9 };

static inline unsigned tables_shift(int level)
{
    return PAGE_ORDER + LEVEL_BITS * (unsigned)level;
}

static inline int tables_level(unsigned order)
{
    return order == SUPERPAGE_ORDER ? 1 : 0;
}

static inline uint64_t *tables_entry(uint64_t *table, int level, uaddr_t va)
{
    return &table[va >> tables_shift(level) & (ENTRIES - 1)];
}

/* The entry for `va` at `level` below `root`, making tables on the way if
 * `make`; NULL: not there, or no memory. */
static inline uint64_t *tables_walk(struct port_space *s, paddr_t root,
                                    uaddr_t va, int level, bool make)
{
    uint64_t *table = port_phys_to_virt(root);
    for (int l = LEVELS - 1; l > level; l--) {
        uint64_t *e = tables_entry(table, l, va);
        if (pte_is_there(*e) && !pte_is_table(*e))
            return NULL;
        if (!pte_is_there(*e)) {
            void *fresh = make ? core_table_alloc(s) : NULL;
            if (!fresh)
                return NULL;
            *e = pte_to_table(port_virt_to_phys(fresh));
        }
        table = port_phys_to_virt(pte_frame(*e));
    }
    return tables_entry(table, level, va);
}

/* The entry that decides about `va`, and its level; NULL: none does. */
static inline uint64_t *tables_leaf(paddr_t root, uaddr_t va, int *ret_level)
{
    uint64_t *table = port_phys_to_virt(root);
    for (int l = LEVELS - 1; l >= 0; l--) {
        uint64_t *e = tables_entry(table, l, va);
        if (!pte_is_there(*e))
            return NULL;
        *ret_level = l;
        if (!l || !pte_is_table(*e))
            return e;
        table = port_phys_to_virt(pte_frame(*e));
    }
    return NULL;
}

/* The first entry of `table` that leads to a table, NULL: none. */
static inline uint64_t *tables_below(uint64_t *table, int level)
{
    int entries = level == LEVELS - 1 ? USER_ENTRIES : ENTRIES;
    for (int i = 0; level > 0 && i < entries; i++)
        if (pte_is_table(table[i]))
            return &table[i];
    return NULL;
}

/* port_space_destroy(): one table at a time, from the leaves; *root becomes 0
 * with the last. */
static inline bool tables_destroy(struct port_space *s, paddr_t *root)
{
    uint64_t *table = port_phys_to_virt(*root), *in = NULL, *next;
    for (int level = LEVELS - 1; (next = tables_below(table, level)); level--) {
        in = next;
        table = port_phys_to_virt(pte_frame(*in));
    }
    core_table_free(s, table);
    if (in)
        *in = 0;
    else
        *root = 0;
    return !in;
}

#endif
