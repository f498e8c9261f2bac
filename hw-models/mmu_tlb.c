/*
 * Soft TLB: see mmu_tlb.h for the structure.
 *
 * Finding a context by root searches the few in use; the way of a switch
 * does not come here, it knows the index from the caller's cache word.
 */
#include "mmu_tlb.h"
#include "mmu.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int hw_tlb_init(struct hw_tlb *t)
{
    size_t size = sizeof(t->entry[0]);

    *t = (struct hw_tlb){.used = 1};
    t->entry = aligned_alloc(size, HW_TLB_CONTEXTS * size);
    if (!t->entry)
        return -ENOMEM;
    hw_tlb_clear(t, 0);
    return 0;
}

void hw_tlb_destroy(struct hw_tlb *t)
{
    free(t->entry);
}

uint32_t hw_tlb_find(const struct hw_tlb *t, uint64_t root)
{
    if (!root)
        return 0;
    for (uint32_t i = 1; i < t->used; i++)
        if (t->context[i].root == root)
            return i;
    return 0;
}

/* A free context has stamp 0, so it is the oldest. */
static uint32_t oldest(const struct hw_tlb *t, uint32_t keep)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < t->used; i++)
        if (i != keep &&
            (!best || t->context[i].stamp < t->context[best].stamp))
            best = i;
    return best;
}

uint32_t hw_tlb_victim(struct hw_tlb *t, uint32_t keep)
{
    uint32_t i = oldest(t, keep);

    if ((i && !t->context[i].root) || t->used == HW_TLB_CONTEXTS)
        return i;
    return t->used++;
}

void hw_tlb_take(struct hw_tlb *t, uint32_t context, uint64_t root)
{
    t->context[context].root = root;
    hw_tlb_touch(t, context);
}

void hw_tlb_release(struct hw_tlb *t, uint32_t context)
{
    hw_tlb_clear(t, context);
    t->context[context] = (struct hw_tlb_context){0};
}

void hw_tlb_touch(struct hw_tlb *t, uint32_t context)
{
    t->context[context].stamp = ++t->ticks;
}

void hw_tlb_clear(struct hw_tlb *t, uint32_t context)
{
    memset(t->entry[context], 0xff, sizeof(t->entry[context]));
}

void hw_tlb_drop(struct hw_tlb *t, uint32_t context, uint64_t page)
{
    struct hw_tlb_entry *e = &t->entry[context][page % HW_TLB_ENTRIES];

    if (e->read == page || e->write == page || e->exec == page)
        *e = (struct hw_tlb_entry){HW_TLB_NO_PAGE, HW_TLB_NO_PAGE,
                                   HW_TLB_NO_PAGE, HW_TLB_NO_PAGE};
}

void hw_tlb_drop_everywhere(struct hw_tlb *t, uint64_t page)
{
    for (uint32_t i = 1; i < t->used; i++)
        hw_tlb_drop(t, i, page);
}

/* A clean page gets no write tag: the first write must walk, to set the
 * dirty bit. */
void hw_tlb_fill(struct hw_tlb *t, uint32_t context, uint64_t page,
                 uint64_t flags)
{
    struct hw_tlb_entry *e = &t->entry[context][page % HW_TLB_ENTRIES];
    bool writable = (flags & HW_PTE_W) && (flags & HW_PTE_DIRTY);

    e->read = flags & HW_PTE_R ? page : HW_TLB_NO_PAGE;
    e->write = writable ? page : HW_TLB_NO_PAGE;
    e->exec = flags & HW_PTE_X ? page : HW_TLB_NO_PAGE;
}
