/*
 * A small machine for the tests (machine.h).
 */
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void machine_require(bool ok, const char *what, int error)
{
    if (ok)
        return;
    fprintf(stderr, "machine: %s: %s\n", what, strerror(error));
    abort();
}

void machine_init(struct machine *m, unsigned max_host_pages)
{
    int error;

    *m = (struct machine){.next_frame = RAM_BASE};
    error = -hw_ram_init(&m->ram, RAM_BASE, RAM_SIZE);
    machine_require(!error, "ram", error);
    m->mmu = hw_mmu_new(&m->ram, USER_START, USER_END, max_host_pages, &error);
    machine_require(m->mmu, "mmu", error);
    m->cpu = hw_cpu_new(m->mmu, &error);
    machine_require(m->cpu, "cpu", error);
    hw_mmu_attach(m->mmu, hw_cpu_block(m->cpu));
}

void machine_destroy(struct machine *m)
{
    hw_cpu_free(m->cpu);
    hw_mmu_free(m->mmu);
    hw_ram_destroy(&m->ram);
}

uint64_t machine_frames(struct machine *m, unsigned count)
{
    uint64_t pa = m->next_frame;

    m->next_frame += (uint64_t)count * PAGE;
    machine_require(hw_ram_at(&m->ram, pa, (uint64_t)count * PAGE),
                    "out of frames", 0);
    return pa;
}

uint64_t machine_frame(struct machine *m)
{
    return machine_frames(m, 1);
}

void *machine_at(struct machine *m, uint64_t pa)
{
    return hw_ram_at(&m->ram, pa, 1);
}

struct space space_new(struct machine *m)
{
    return (struct space){.root = machine_frame(m)};
}

uint64_t *space_entry(struct machine *m, const struct space *s, uint64_t va,
                      unsigned order)
{
    uint64_t table = s->root;

    for (int level = HW_WALK_LEVELS - 1;; level--) {
        uint64_t *entry = machine_at(m, table);

        entry += hw_walk_index(va, level);
        if (hw_walk_shift(level) == order)
            return entry;
        if (!*entry)
            *entry = hw_pte_table(machine_frame(m));
        table = hw_pte_table_address(*entry);
    }
}

void space_map(struct machine *m, const struct space *s, uint64_t va,
               uint64_t pa, uint64_t flags)
{
    *space_entry(m, s, va, 12) = pa | flags;
}

void space_unmap(struct machine *m, const struct space *s, uint64_t va)
{
    *space_entry(m, s, va, 12) = 0;
    hw_mmu_invalidate(m->mmu, s->root, va, 12);
}

void space_switch(struct machine *m, struct space *s)
{
    hw_mmu_switch(m->mmu, s->root, &s->cache);
}
