/*
 * Records: the heap, and a charge for each piece (see record.h).
 */
#include "record.h"
#include "factory.h"
#include "heap.h"

void *record_alloc(struct allocator *payer, size_t size)
{
    size_t bytes = heap_size(size);
    if (allocator_charge(payer, bytes))
        return NULL;
    void *p = heap_alloc(size);
    if (!p)
        allocator_uncharge(payer, bytes);
    else if (payer)
        payer->records += bytes;
    return p;
}

void record_free(struct allocator *payer, void *p, size_t size)
{
    size_t bytes = heap_size(size);
    if (!p)
        return;
    heap_free(p, size);
    allocator_uncharge(payer, bytes);
    if (payer)
        payer->records -= bytes;
}
