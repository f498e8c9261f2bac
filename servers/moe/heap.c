/*
 * Heap: one list of free pieces per power of two; more than half a page
 * comes from the frames directly. Pieces never go back to the frames.
 *
 * moe does not use the C library's heap: that asks a region map for memory,
 * and the region map is moe.
 */
#include "heap.h"
#include "frames.h"
#include <l4/sys/consts.h>
#include <string.h>

enum { PIECE_MIN = 4, PIECE_MAX = L4_PAGESHIFT - 1 }; /* log2 of bytes */

struct piece {
    struct piece *next;
};

static struct piece *pieces[PIECE_MAX + 1];

static unsigned piece_order(size_t size)
{
    unsigned order = PIECE_MIN;
    while ((1ul << order) < size)
        order++;
    return order;
}

/* Cuts a fresh page into pieces; false: no memory. */
static bool pieces_refill(unsigned order)
{
    l4_addr_t page = frames_alloc(L4_PAGESHIFT);
    if (!page)
        return false;
    for (l4_addr_t a = page + L4_PAGESIZE; a > page;) {
        struct piece *p = (struct piece *)(a -= 1ul << order);
        p->next = pieces[order];
        pieces[order] = p;
    }
    return true;
}

size_t heap_size(size_t size)
{
    unsigned order = piece_order(size);
    return order > PIECE_MAX ? l4_round_page(size) : 1ul << order;
}

void *heap_alloc(size_t size)
{
    unsigned order = piece_order(size);
    void *p;
    if (order > PIECE_MAX) {
        p = (void *)frames_alloc_range(size);
    } else {
        if (!pieces[order] && !pieces_refill(order))
            return NULL;
        p = pieces[order];
        pieces[order] = pieces[order]->next;
    }
    if (p && order > PIECE_MAX)
        frames_clear((l4_addr_t)p, size);
    else if (p)
        memset(p, 0, size);
    return p;
}

void heap_free(void *p, size_t size)
{
    unsigned order = piece_order(size);
    if (!p)
        return;
    if (order > PIECE_MAX) {
        frames_free_range((l4_addr_t)p, size);
        return;
    }
    struct piece *f = p;
    f->next = pieces[order];
    pieces[order] = f;
}
