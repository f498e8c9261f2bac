/*
 * Nodes of a tmpfs (see node.h). Their own records fill pages of the store,
 * which are never given back: a list of free ones goes through them.
 */
#include "node.h"
#include <string.h>
#include <time.h>

enum {
    PER_PAGE = STORE_PAGE / sizeof(struct node),
    TABLE_MAX = 4096, /* pages of nodes */
    FANOUT = STORE_PAGE / sizeof(uint32_t),
    FANOUT_LOG2 = 10,
    HEIGHT_MAX = 5,
};

_Static_assert(1 << FANOUT_LOG2 == FANOUT, "the tree's fan-out");

static uint32_t table[TABLE_MAX], table_size; /* pages of nodes */
static uint32_t first_free, used;

struct node *node_get(uint64_t number)
{
    uint64_t i = number - 1;
    if (!number || i / PER_PAGE >= table_size)
        return NULL;
    struct node *n = store_page(table[i / PER_PAGE]);
    n += i % PER_PAGE;
    return n->mode ? n : NULL;
}

/* The same for one that may be free. */
static struct node *record(uint32_t number)
{
    struct node *page = store_page(table[(number - 1) / PER_PAGE]);
    return page + (number - 1) % PER_PAGE;
}

static bool table_grow(void)
{
    uint32_t page = table_size < TABLE_MAX ? store_get() : 0;
    if (!page)
        return false;
    table[table_size++] = page;
    for (uint32_t i = PER_PAGE; i > 0; i--) {
        uint32_t number = (table_size - 1) * (uint32_t)PER_PAGE + i;
        record(number)->next_free = first_free;
        first_free = number;
    }
    return true;
}

uint32_t node_new(uint32_t mode)
{
    if (!first_free && !table_grow())
        return 0;
    uint32_t number = first_free;
    struct node *n = record(number);
    first_free = n->next_free;
    *n = (struct node){.mode = mode};
    n->accessed = n->modified = n->changed = time(NULL);
    used++;
    return number;
}

void node_free(uint32_t number)
{
    struct node *n = record(number);
    node_resize(n, 0);
    *n = (struct node){.next_free = first_free};
    first_free = number;
    used--;
}

uint32_t node_count(void)
{
    return used;
}

/* ---- Their pages ---- */

static uint32_t page_new(struct node *n)
{
    uint32_t page = store_get();
    n->pages += page != 0;
    return page;
}

/* Makes the tree deep enough for page `index`. */
static bool deepen(struct node *n, uint64_t index)
{
    while (index >> (n->height * FANOUT_LOG2)) {
        if (n->height == HEIGHT_MAX)
            return false;
        if (n->root) {
            uint32_t above = page_new(n);
            if (!above)
                return false;
            ((uint32_t *)store_page(above))[0] = n->root;
            n->root = above;
        }
        n->height++;
    }
    return true;
}

char *node_page(struct node *n, uint64_t index, bool make)
{
    if (make ? !deepen(n, index) : index >> (n->height * FANOUT_LOG2) != 0)
        return NULL;
    uint32_t *at = &n->root;
    for (uint32_t level = n->height;; level--) {
        if (!*at && (!make || !(*at = page_new(n))))
            return NULL;
        char *page = store_page(*at);
        if (!level)
            return page;
        uint64_t part = index >> ((level - 1) * FANOUT_LOG2);
        at = &((uint32_t *)(void *)page)[part % FANOUT];
    }
}

/* Frees what is behind the first `keep` pages of the subtree at *at. */
static void cut(struct node *n, uint32_t *at, uint32_t level, uint64_t keep)
{
    if (!*at)
        return;
    if (level) {
        uint32_t *children = store_page(*at);
        uint64_t span = 1ull << ((level - 1) * FANOUT_LOG2);
        for (uint64_t i = keep / span; i < FANOUT; i++)
            cut(n, &children[i], level - 1,
                keep > i * span ? keep - i * span : 0);
    }
    if (!keep) {
        store_put(*at);
        *at = 0;
        n->pages--;
    }
}

void node_resize(struct node *n, uint64_t size)
{
    if (size < n->size) {
        uint64_t keep = (size + STORE_PAGE - 1) / STORE_PAGE;
        cut(n, &n->root, n->height, keep);
        if (!keep)
            n->height = 0;
        char *last =
            size % STORE_PAGE ? node_page(n, size / STORE_PAGE, false) : NULL;
        if (last) /* keeps I2 */
            memset(last + size % STORE_PAGE, 0, STORE_PAGE - size % STORE_PAGE);
    }
    n->size = size;
}
