/*
 * The list of free blocks: the first that is large enough is cut; what comes
 * back grows together with its neighbours. See <l4/util/list_alloc.h>.
 */
#include <l4/util/kprintf.h>
#include <l4/util/list_alloc.h>

#define UNIT sizeof(l4la_free_t)

static l4_addr_t round_up(l4_addr_t n, l4_addr_t to)
{
    return (n + to - 1) & ~(to - 1);
}

static l4_addr_t end_of(const l4la_free_t *block)
{
    return (l4_addr_t)block + block->size;
}

void l4la_init(l4la_free_t **first)
{
    *first = 0;
}

/* Takes the next block in if it begins where this one ends (keeps I1). */
static void join(l4la_free_t *block)
{
    if (block->next && end_of(block) == (l4_addr_t)block->next) {
        block->size += block->next->size;
        block->next = block->next->next;
    }
}

void l4la_free(l4la_free_t **first, void *block, l4_size_t size)
{
    l4_addr_t at = round_up((l4_addr_t)block, UNIT);
    l4_addr_t end = ((l4_addr_t)block + round_up(size, UNIT)) & ~(UNIT - 1);
    l4la_free_t *before = 0, *it = (l4la_free_t *)at;

    if (end <= at)
        return;
    for (l4la_free_t *b = *first; b && (l4_addr_t)b < at; b = b->next)
        before = b;
    it->size = end - at;
    it->next = before ? before->next : *first;
    *(before ? &before->next : first) = it;
    join(it);
    if (before)
        join(before);
}

/* The part [at, at + size) of a free block is taken out of it. */
static void cut(l4la_free_t **link, l4_addr_t at, l4_size_t size)
{
    l4la_free_t *block = *link, *rest = block->next;
    l4_addr_t end = end_of(block);

    if (at + size < end) {
        l4la_free_t *behind = (l4la_free_t *)(at + size);
        behind->size = end - (at + size);
        behind->next = rest;
        rest = behind;
    }
    if (at > (l4_addr_t)block) {
        block->size = at - (l4_addr_t)block;
        block->next = rest;
    } else
        *link = rest;
}

void *l4la_alloc(l4la_free_t **first, l4_size_t size, unsigned align)
{
    l4_addr_t step = align > UNIT ? align : UNIT;
    l4_size_t whole = round_up(size ? size : 1, UNIT);

    if (whole < size)
        return 0;
    for (l4la_free_t **link = first; *link; link = &(*link)->next) {
        l4_addr_t at = round_up((l4_addr_t)*link, step);
        if (at < end_of(*link) && end_of(*link) - at >= whole) {
            cut(link, at, whole);
            return (void *)at;
        }
    }
    return 0;
}

l4_size_t l4la_avail(l4la_free_t **first)
{
    l4_size_t sum = 0;

    for (const l4la_free_t *b = *first; b; b = b->next)
        sum += b->size;
    return sum;
}

void l4la_dump(l4la_free_t **first)
{
    for (const l4la_free_t *b = *first; b; b = b->next)
        l4_kprintf("free: %p, %lu bytes\n", (void *)b, (l4_umword_t)b->size);
}
