/* Leftist trees: see heap.h. */
#include "heap.h"

#include "kassert.h"
#include "work.h"

static bool heap_is_before(const struct heap_node *a, const struct heap_node *b)
{
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static unsigned heap_rank(const struct heap_node *n)
{
    return n ? n->rank : 0;
}

/* Keeps I2 at n, whose children keep it; true: its rank is another one. */
static bool heap_level(struct heap_node *n)
{
    if (heap_rank(n->left) < heap_rank(n->right)) {
        struct heap_node *swap = n->left;
        n->left = n->right;
        n->right = swap;
    }
    unsigned rank = heap_rank(n->right) + 1;
    bool changed = rank != n->rank;
    n->rank = rank & 0xff;
    return changed;
}

/* One tree of two. Recurses as deep as both ranks together. */
static struct heap_node *heap_meld(struct heap_node *a, struct heap_node *b)
{
    if (!a || !b)
        return a ? a : b;
    if (heap_is_before(b, a)) {
        struct heap_node *swap = a;
        a = b;
        b = swap;
    }
    work_done(1);
    a->right = heap_meld(a->right, b);
    a->right->up = a;
    heap_level(a);
    return a;
}

void heap_insert(struct heap *h, struct heap_node *n, uint64_t key)
{
    kassert(!n->in);
    *n = (struct heap_node){
        .in = h, .key = key, .order = h->next_order++, .rank = 1};
    h->root = heap_meld(h->root, n);
    h->root->up = NULL;
}

void heap_remove(struct heap_node *n)
{
    if (!n->in)
        return;
    n->in->next_order++;
    struct heap_node *up = n->up, *below = heap_meld(n->left, n->right);
    if (below)
        below->up = up;
    if (!up)
        n->in->root = below;
    else if (up->left == n)
        up->left = below;
    else
        up->right = below;
    /* Ranks that change grow by one on the way up: log n of them. */
    while (up && heap_level(up)) {
        work_done(1);
        up = up->up;
    }
    *n = (struct heap_node){0};
}

struct heap_node *heap_next(const struct heap *h, const struct heap_node *n)
{
    if (!n)
        return h->root;
    if (n->left)
        return n->left;
    while (n) { /* right comes only with left: I2 */
        const struct heap_node *up = n->up;
        if (up && up->left == n && up->right)
            return up->right;
        n = up;
    }
    return NULL;
}

void heap_check(const struct heap *h)
{
    kassert(!h->root || !h->root->up);
    for (const struct heap_node *n = h->root; n; n = heap_next(h, n)) {
        kassert(n->in == h); /* I3 */
        kassert(!n->left || n->left->up == n);
        kassert(!n->right || n->right->up == n);
        kassert(!n->up || !heap_is_before(n, n->up));       /* I1 */
        kassert(heap_rank(n->left) >= heap_rank(n->right)); /* I2 */
        kassert(n->rank == heap_rank(n->right) + 1);
    }
}
