/*
 * Kernel memory: a buddy system of pages, and slabs of equal objects on top.
 *
 *   heap:  [ descriptors | page | page | page | ...                      ]
 *             |              one struct page for each page of the heap
 *             v
 *   free[k]  -> block -> block     free blocks of 2^k pages, by their first
 *   partial[c] -> slab -> slab     pages of class c with a free object
 *
 * A block's buddy is found by flipping bit k of its page number; two free
 * buddies are merged at once. A slab is one page; objects that came back form
 * a chain through their first word, the rest of it was never used. A slab that
 * becomes empty goes back to the buddy system, so that memory never sticks to a
 * class.
 *
 * I1  every page belongs to exactly one block; a block of 2^k pages starts
 *     at a multiple of 2^k pages.
 * I2  a free block is on free[k], and its buddy is not free as a whole.
 * I3  a slab has 1..capacity objects in use, and is on its partial list
 *     exactly if it has a free one.
 * I4  free bytes + charged bytes == bytes behind the descriptors.
 *
 * Source: Knowlton 1965 (buddies); Bonwick 1994 (slabs, without colouring
 * and magazines: no need on one lock).
 */
#include "kmem.h"

#include "kassert.h"
#include "kstring.h"
#include "list.h"
#include "work.h"

enum { ORDERS = 11 }; /* blocks of 4 KiB .. 4 MiB */

static const uint16_t class_size[] = {32,  48,  64,  96,  128,  192,
                                      256, 384, 512, 768, 1024, 2048};
enum { CLASSES = sizeof(class_size) / sizeof(class_size[0]) };

enum page_use {
    PAGE_INNER, /* not the first of its block */
    PAGE_FREE,  /* first page of a free block */
    PAGE_BLOCK, /* first page of a block that was handed out */
    PAGE_SLAB,
    PAGE_KERNEL, /* the descriptors */
};

struct page {
    struct list link; /* free[size] or partial[size] */
    void *chain;      /* slab: its first free object */
    uint16_t in_use;  /* slab: objects handed out */
    uint16_t fresh;   /* slab: objects never handed out, at its end */
    uint8_t use;      /* enum page_use */
    uint8_t size;     /* block: order; slab: class */
};
_Static_assert(sizeof(struct page) == 32, "page descriptor");

static struct {
    uintptr_t first; /* number (address / PAGE_SIZE) of the first page */
    size_t pages;
    struct page *page;  /* descriptors, at the start of the heap */
    size_t free, total; /* bytes not handed out; bytes to hand out */
    struct list free_blocks[ORDERS];
    struct list partial[CLASSES];
} heap;

static struct page *page_at(uintptr_t number)
{
    return &heap.page[number - heap.first];
}

static uintptr_t page_number(const struct page *p)
{
    return heap.first + (uintptr_t)(p - heap.page);
}

static void *page_address(const struct page *p)
{
    return (void *)(page_number(p) << PAGE_ORDER);
}

static struct page *page_of(const void *address)
{
    return page_at((uintptr_t)address >> PAGE_ORDER);
}

static struct page *page_linked(struct list *link)
{
    return container_of(link, struct page, link);
}

/* The class for `size`, CLASSES: larger than any. */
static unsigned class_of(size_t size)
{
    unsigned c = 0;
    while (c < CLASSES && class_size[c] < size)
        c++;
    return c;
}

static unsigned block_order(size_t size)
{
    unsigned order = 0;
    while ((PAGE_SIZE << order) < size)
        order++;
    return order;
}

/* The free block that can be merged with block `number`, NULL: none. */
static struct page *free_buddy(uintptr_t number, unsigned order)
{
    uintptr_t buddy = number ^ (1ul << order);
    if (buddy < heap.first || buddy >= heap.first + heap.pages)
        return NULL;
    struct page *p = page_at(buddy);
    return p->use == PAGE_FREE && p->size == order ? p : NULL;
}

/* Keeps I1 and I2. */
static void block_free(struct page *p, unsigned order)
{
    uintptr_t number = page_number(p);
    struct page *buddy;
    while (order < ORDERS - 1 && (buddy = free_buddy(number, order))) {
        list_remove(&buddy->link);
        page_at(number)->use = buddy->use = PAGE_INNER;
        number &= ~(1ul << order);
        order++;
    }
    p = page_at(number);
    p->use = PAGE_FREE;
    p->size = (uint8_t)order;
    list_add_first(&heap.free_blocks[order], &p->link);
}

/* Pages first .. end - 1 of the heap, which nobody has yet, as the largest
 * blocks that fit. Keeps I1 and I2: a larger block does not start there, or
 * does not end before `end`, so none of them has a free buddy. */
static void blocks_make(size_t first, size_t end)
{
    while (first < end) {
        unsigned order = 0;
        while (order < ORDERS - 1 && !((heap.first + first) >> order & 1) &&
               first + (2ul << order) <= end)
            order++;
        block_free(&heap.page[first], order);
        first += 1ul << order;
    }
}

/* A block of 2^order pages; its upper halves go back while it is too large.
 * NULL: none. */
static struct page *block_alloc(unsigned order)
{
    unsigned k = order;
    while (k < ORDERS && list_is_empty(&heap.free_blocks[k]))
        k++;
    if (k >= ORDERS)
        return NULL;
    struct page *p = page_linked(heap.free_blocks[k].next);
    list_remove(&p->link);
    while (k > order) {
        struct page *upper = p + (1ul << --k);
        upper->use = PAGE_FREE;
        upper->size = (uint8_t)k;
        list_add_first(&heap.free_blocks[k], &upper->link);
    }
    p->use = PAGE_BLOCK;
    p->size = (uint8_t)order;
    return p;
}

/* A fresh slab on its partial list. O(1): nothing is chained yet. NULL: no
 * page. */
static struct page *slab_make(unsigned class)
{
    struct page *p = block_alloc(0);
    if (!p)
        return NULL;
    p->use = PAGE_SLAB;
    p->size = (uint8_t) class;
    p->in_use = 0;
    p->chain = NULL;
    p->fresh = (uint16_t)(PAGE_SIZE / class_size[class]);
    list_add_first(&heap.partial[class], &p->link);
    return p;
}

static bool slab_is_full(const struct page *p)
{
    return !p->chain && !p->fresh;
}

static void *slab_take(struct page *p, size_t size)
{
    void *object = p->chain;
    if (object)
        p->chain = *(void **)object;
    else
        object = (char *)page_address(p) + PAGE_SIZE / size * size -
                 p->fresh-- * size;
    p->in_use++;
    return object;
}

static void *slab_alloc(unsigned class)
{
    struct list *partial = &heap.partial[class];
    struct page *p =
        list_is_empty(partial) ? slab_make(class) : page_linked(partial->next);
    if (!p)
        return NULL;
    void *object = slab_take(p, class_size[class]);
    if (slab_is_full(p))
        list_remove(&p->link); /* keeps I3 */
    return object;
}

static void slab_free(struct page *p, unsigned class, void *object)
{
    kassert(p->use == PAGE_SLAB && p->size == class && p->in_use > 0);
    kassert(((uintptr_t)object & (PAGE_SIZE - 1)) % class_size[class] == 0);
    if (slab_is_full(p))
        list_add_first(&heap.partial[class], &p->link);
    *(void **)object = p->chain;
    p->chain = object;
    if (--p->in_use == 0) { /* keeps I3 */
        list_remove(&p->link);
        block_free(p, 0);
    }
}

void kmem_init(void *start, size_t size)
{
    size_t table = size / PAGE_SIZE * sizeof(struct page);
    size_t table_pages = (table + PAGE_SIZE - 1) / PAGE_SIZE;

    kassert(((uintptr_t)start | size) % PAGE_SIZE == 0);
    heap.first = (uintptr_t)start >> PAGE_ORDER;
    heap.pages = size / PAGE_SIZE;
    kassert(heap.pages > table_pages);
    heap.page = start;
    memset(start, 0, table);
    for (unsigned k = 0; k < ORDERS; k++)
        list_init(&heap.free_blocks[k]);
    for (unsigned c = 0; c < CLASSES; c++)
        list_init(&heap.partial[c]);
    for (size_t i = 0; i < heap.pages; i++)
        list_init(&heap.page[i].link);
    for (size_t i = 0; i < table_pages; i++)
        heap.page[i].use = PAGE_KERNEL;
    blocks_make(table_pages, heap.pages);
    heap.free = heap.total = (heap.pages - table_pages) * PAGE_SIZE;
}

size_t kmem_charge(size_t size)
{
    unsigned class = class_of(size);
    return class < CLASSES ? class_size[class] : PAGE_SIZE << block_order(size);
}

void *kmem_alloc_raw(struct quota *q, size_t size)
{
    size_t bytes = kmem_charge(size);
    unsigned class = class_of(size);

    kassert(size > 0 && bytes <= PAGE_SIZE << (ORDERS - 1));
    if (!quota_charge(q, bytes))
        return NULL;
    void *p = NULL;
    if (class < CLASSES) {
        p = slab_alloc(class);
    } else {
        struct page *block = block_alloc(block_order(size));
        if (block)
            p = page_address(block);
    }
    if (!p) {
        quota_refund(q, bytes);
        return NULL;
    }
    heap.free -= bytes; /* keeps I4 */
    work_done(1);
    return p;
}

void kmem_clear(void *p, size_t size)
{
    work_done((unsigned)(size / WORK_CLEAR));
    memset(p, 0, size);
}

void *kmem_alloc(struct quota *q, size_t size)
{
    void *p = kmem_alloc_raw(q, size);
    if (p)
        kmem_clear(p, kmem_charge(size));
    return p;
}

void kmem_free(struct quota *q, void *p, size_t size)
{
    if (!p)
        return;
    struct page *page = page_of(p);
    unsigned class = class_of(size);

    if (class < CLASSES) {
        slab_free(page, class, p);
    } else {
        kassert(page->use == PAGE_BLOCK && page->size == block_order(size));
        kassert((uintptr_t)p % PAGE_SIZE == 0);
        block_free(page, page->size);
    }
    heap.free += kmem_charge(size);
    quota_refund(q, kmem_charge(size));
}

size_t kmem_free_bytes(void)
{
    return heap.free;
}

/* One block: I1, I2, I3. Returns its free bytes, its pages in *ret_pages. */
static size_t check_block(const struct page *p, size_t *ret_pages)
{
    uintptr_t number = page_number(p);
    if (p->use == PAGE_SLAB) {
        size_t size = class_size[p->size], chained = p->fresh;
        for (void *o = p->chain; o; o = *(void **)o)
            chained++;
        kassert(p->in_use && p->in_use + chained == PAGE_SIZE / size);
        kassert(list_is_empty(&p->link) == slab_is_full(p));
        *ret_pages = 1;
        return PAGE_SIZE - p->in_use * size;
    }
    kassert(p->use == PAGE_FREE || p->use == PAGE_BLOCK);
    *ret_pages = 1ul << p->size;
    kassert(number % *ret_pages == 0);
    for (size_t i = 1; i < *ret_pages; i++)
        kassert(p[i].use == PAGE_INNER);
    if (p->use == PAGE_BLOCK)
        return 0;
    kassert(!list_is_empty(&p->link));
    kassert(p->size == ORDERS - 1 || !free_buddy(number, p->size));
    return PAGE_SIZE << p->size;
}

void kmem_check(void)
{
    size_t bytes = 0, pages;
    struct page *end = heap.page + heap.pages;
    struct page *p = heap.page;

    while (p->use == PAGE_KERNEL)
        p++;
    for (; p < end; p += pages)
        bytes += check_block(p, &pages);
    kassert(p == end && bytes == heap.free); /* I4 */
}
