/*
 * Address spaces of the sim port: page tables in simulated RAM, in the form
 * the MMU model reads (hw-models/mmu.h), as a real port would write them.
 *
 * Tables come from and go back to the core (core_node_alloc), which charges
 * them to the task.
 */
#include "machine.h"
#include <l4/sys/err.h>

enum { TABLES_AT_ONCE = 8 };

static size_t space_table_bytes(int level)
{
    return hw_walk_entries(level) * sizeof(uint64_t);
}

static uint64_t *space_entry(uint64_t *table, int level, uaddr_t va)
{
    return &table[hw_walk_index(va, level)];
}

static uint64_t *space_table(uint64_t entry)
{
    return port_phys_to_virt(hw_pte_table_address(entry));
}

static void *space_table_new(struct port_space *s, int level)
{
    return core_node_alloc(s, space_table_bytes(level));
}

/* The entry for `va` at `level`, making tables on the way if `make`;
 * NULL: not there, or no memory. */
static uint64_t *space_walk(struct port_space *s, uaddr_t va, int level,
                            bool make)
{
    uint64_t *table = port_phys_to_virt(s->root);
    for (int l = HW_WALK_LEVELS - 1; l > level; l--) {
        uint64_t *e = space_entry(table, l, va);
        if (*e & HW_PTE_LEAF)
            return NULL;
        if (!(*e & HW_PTE_VALID)) {
            void *fresh = make ? space_table_new(s, l - 1) : NULL;
            if (!fresh)
                return NULL;
            *e = hw_pte_table(port_virt_to_phys(fresh));
        }
        table = space_table(*e);
    }
    return space_entry(table, level, va);
}

static uint64_t space_flags(unsigned rights, unsigned attributes)
{
    return HW_PTE_VALID | HW_PTE_LEAF | HW_PTE_USER |
           (rights & RIGHT_R ? HW_PTE_R : 0) |
           (rights & RIGHT_W ? HW_PTE_W : 0) |
           (rights & RIGHT_X ? HW_PTE_X : 0) |
           (attributes == MEM_UNCACHED ? HW_PTE_DEVICE : 0);
}

int port_space_init(struct port_space *s)
{
    void *root = space_table_new(s, HW_WALK_LEVELS - 1);
    if (!root)
        return -L4_ENOMEM;
    s->root = port_virt_to_phys(root);
    s->cache = 0;
    return 0;
}

static void space_free(struct port_space *s, uint64_t *table, int level)
{
    for (int i = 0; level > 0 && i < (int)hw_walk_entries(level); i++) {
        bool below = table[i] & HW_PTE_VALID && !(table[i] & HW_PTE_LEAF);
        if (below)
            space_free(s, space_table(table[i]), level - 1);
    }
    core_node_free(s, table, space_table_bytes(level));
}

/* Frees tables from the leaves up, `*left` of them; true: `table`, too. */
static bool space_free_some(struct port_space *s, uint64_t *table, int level,
                            unsigned *left)
{
    for (int i = 0; level > 0 && i < (int)hw_walk_entries(level); i++) {
        if (!(table[i] & HW_PTE_VALID) || table[i] & HW_PTE_LEAF)
            continue;
        if (!space_free_some(s, space_table(table[i]), level - 1, left))
            return false;
        table[i] = 0;
    }
    if (*left == 0)
        return false;
    (*left)--;
    core_node_free(s, table, space_table_bytes(level));
    return true;
}

bool port_space_destroy(struct port_space *s)
{
    unsigned left = TABLES_AT_ONCE;
    hw_mmu_forget(sim_machine.mmu, s->root);
    if (!space_free_some(s, port_phys_to_virt(s->root), HW_WALK_LEVELS - 1,
                         &left))
        return false;
    s->root = 0;
    return true;
}

static int space_level(unsigned order)
{
    return order == SUPERPAGE_ORDER ? HW_WALK_SUPERPAGE : 0;
}

int port_space_map(struct port_space *s, uaddr_t va, paddr_t pa, unsigned order,
                   unsigned rights, unsigned attributes)
{
    int level = space_level(order);
    uint64_t *e = space_walk(s, va, level, true);
    if (!e)
        return -L4_ENOMEM;
    uint64_t old = *e;
    if (old & HW_PTE_VALID)
        cpus_stop_in(s);
    *e = (pa & HW_PTE_FRAME) | space_flags(rights, attributes);
    if (level > 0 && old & HW_PTE_VALID && !(old & HW_PTE_LEAF))
        space_free(s, space_table(old), level - 1);
    if (old & HW_PTE_VALID)
        hw_mmu_invalidate(sim_machine.mmu, s->root, va, order);
    return 0;
}

unsigned port_space_protect(struct port_space *s, uaddr_t va, unsigned order,
                            unsigned rights)
{
    uint64_t *e = space_walk(s, va, space_level(order), false);
    if (!e || !(*e & HW_PTE_VALID))
        return 0;
    cpus_stop_in(s);
    unsigned used = (*e & HW_PTE_ACCESSED ? RIGHT_R : 0) |
                    (*e & HW_PTE_DIRTY ? RIGHT_W : 0);
    uint64_t keep = *e & (HW_PTE_FRAME | HW_PTE_DEVICE);
    unsigned uncached = *e & HW_PTE_DEVICE ? MEM_UNCACHED : MEM_NORMAL;
    *e = rights ? keep | space_flags(rights, uncached) : 0;
    hw_mmu_invalidate(sim_machine.mmu, s->root, va, order);
    return used;
}
