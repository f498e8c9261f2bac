/* AVL trees: see tree.h. */
#include "tree.h"

#include "kassert.h"
#include "work.h"

static unsigned height(const struct tree_node *n)
{
    return n ? n->height : 0;
}

/* Keeps I3 at n, whose children keep it. */
static void measure(struct tree_node *n)
{
    unsigned left = height(n->left), right = height(n->right);
    n->height = (uint8_t)(1 + (left > right ? left : right));
    n->size = 1 + tree_size(n->left) + tree_size(n->right);
}

/* The left child takes the place of its parent. */
static void turn_right(struct tree_node **at)
{
    struct tree_node *n = *at, *up = n->left;
    n->left = up->right;
    up->right = n;
    measure(n);
    measure(up);
    *at = up;
}

static void turn_left(struct tree_node **at)
{
    struct tree_node *n = *at, *up = n->right;
    n->right = up->left;
    up->left = n;
    measure(n);
    measure(up);
    *at = up;
}

/* Keeps I2 and I3 at *at, one side of which changed in height by one. */
static void mend(struct tree_node **at)
{
    struct tree_node *n = *at;
    unsigned left = height(n->left), right = height(n->right);
    if (left > right + 1) {
        if (height(n->left->left) < height(n->left->right))
            turn_left(&n->left);
        turn_right(at);
    } else if (right > left + 1) {
        if (height(n->right->right) < height(n->right->left))
            turn_right(&n->right);
        turn_left(at);
    } else {
        measure(n);
    }
}

void tree_insert(struct tree_node **root, struct tree_node *n, uint64_t key)
{
    struct tree_node **path[TREE_DEPTH], **at = root;
    unsigned depth = 0;
    while (*at) {
        path[depth++] = at;
        at = key < (*at)->key ? &(*at)->left : &(*at)->right;
    }
    *n = (struct tree_node){.key = key, .size = 1, .height = 1};
    *at = n;
    work_done(1 + depth);
    while (depth)
        mend(path[--depth]);
}

/* The next behind *at, which has a right side, is taken out of that side.
 * The links passed go to the path; returns the number of them in all. */
static unsigned take_next(struct tree_node **at, struct tree_node **path[],
                          unsigned depth)
{
    struct tree_node *n = *at, **link = &n->right;
    unsigned first = depth + 1;
    path[depth++] = at;
    while ((*link)->left) {
        path[depth++] = link;
        link = &(*link)->left;
    }
    struct tree_node *next = *link;
    *link = next->right;
    next->left = n->left;
    next->right = n->right;
    *at = next;
    if (depth > first)
        path[first] = &next->right;
    return depth;
}

void tree_remove(struct tree_node **root, struct tree_node *n)
{
    struct tree_node **path[TREE_DEPTH], **at = root;
    unsigned depth = 0;
    while (*at != n) {
        path[depth++] = at;
        at = n->key < (*at)->key ? &(*at)->left : &(*at)->right;
    }
    if (n->left && n->right)
        depth = take_next(at, path, depth);
    else
        *at = n->left ? n->left : n->right;
    work_done(1 + depth);
    while (depth)
        mend(path[--depth]);
}

struct tree_node *tree_from(struct tree_node *root, uint64_t key)
{
    struct tree_node *found = NULL;
    unsigned steps = 1;
    for (struct tree_node *n = root; n; steps++) {
        bool fits = n->key >= key;
        found = fits ? n : found;
        n = fits ? n->left : n->right;
    }
    work_done(steps);
    return found;
}

struct tree_node *tree_upto(struct tree_node *root, uint64_t key)
{
    struct tree_node *found = NULL;
    unsigned steps = 1;
    for (struct tree_node *n = root; n; steps++) {
        bool fits = n->key <= key;
        found = fits ? n : found;
        n = fits ? n->right : n->left;
    }
    work_done(steps);
    return found;
}

struct tree_node *tree_nth(struct tree_node *root, uint64_t n)
{
    struct tree_node *at = root;
    while (at && n != tree_size(at->left)) {
        bool right = n > tree_size(at->left);
        n -= right ? tree_size(at->left) + 1 : 0;
        at = right ? at->right : at->left;
    }
    return at;
}

void tree_check(struct tree_node *root)
{
    struct tree_node *n, *before = NULL;
    for (uint32_t i = 0; (n = tree_nth(root, i)); i++, before = n) {
        unsigned left = height(n->left), right = height(n->right);
        kassert(!before || before->key < n->key);                /* I1 */
        kassert(left <= right + 1 && right <= left + 1);         /* I2 */
        kassert(n->height == 1 + (left > right ? left : right)); /* I3 */
        kassert(n->size == 1 + tree_size(n->left) + tree_size(n->right));
    }
}
