/*
 * Search trees: AVL, see tree.h. Each change goes down to its place and mends
 * what it passed on the way back.
 */
#include "tree.h"

static unsigned height(const struct tree_node *n)
{
    return n ? n->height : 0;
}

/* Keeps I3 at n, whose sides keep it. */
static void measure(struct tree_node *n, const struct tree_order *order)
{
    unsigned left = height(n->left), right = height(n->right);
    n->height = 1 + (left > right ? left : right);
    if (order->measure)
        order->measure(n);
}

/* The higher side's top takes n's place, and n goes to its other side. */
static void turn(struct tree_node **at, bool to_right,
                 const struct tree_order *order)
{
    struct tree_node *n = *at, *up = to_right ? n->left : n->right;
    struct tree_node **from = to_right ? &n->left : &n->right;
    struct tree_node **inner = to_right ? &up->right : &up->left;
    *from = *inner;
    *inner = n;
    measure(n, order);
    measure(up, order);
    *at = up;
}

/* Keeps I2 and I3 at *at, one side of which changed in height by one. */
static void mend(struct tree_node **at, const struct tree_order *order)
{
    struct tree_node *n = *at;
    unsigned left = height(n->left), right = height(n->right);
    if (left > right + 1) {
        if (height(n->left->left) < height(n->left->right))
            turn(&n->left, false, order);
        turn(at, true, order);
    } else if (right > left + 1) {
        if (height(n->right->right) < height(n->right->left))
            turn(&n->right, true, order);
        turn(at, false, order);
    } else {
        measure(n, order);
    }
}

void tree_insert(struct tree_node **root, struct tree_node *n,
                 const struct tree_order *order)
{
    if (!*root) {
        n->left = n->right = NULL;
        *root = n;
    } else {
        bool left = order->is_before(n, *root);
        tree_insert(left ? &(*root)->left : &(*root)->right, n, order);
    }
    mend(root, order);
}

/* The first node of a tree that is not empty is taken out. */
static struct tree_node *take_first(struct tree_node **at,
                                    const struct tree_order *order)
{
    struct tree_node *first = *at;
    if (!first->left) {
        *at = first->right;
        return first;
    }
    first = take_first(&first->left, order);
    mend(at, order);
    return first;
}

void tree_remove(struct tree_node **root, const struct tree_node *n,
                 const struct tree_order *order)
{
    struct tree_node *at = *root;
    if (at != n) {
        bool left = order->is_before(n, at);
        tree_remove(left ? &at->left : &at->right, n, order);
    } else if (!n->left || !n->right) {
        *root = n->left ? n->left : n->right;
        return;
    } else {
        struct tree_node *next = take_first(&at->right, order);
        next->left = at->left;
        next->right = at->right;
        *root = next;
    }
    mend(root, order);
}

void tree_measure(struct tree_node *root, const struct tree_node *n,
                  const struct tree_order *order)
{
    if (root != n)
        tree_measure(order->is_before(n, root) ? root->left : root->right, n,
                     order);
    measure(root, order);
}

const char *tree_check(const struct tree_node *root,
                       const struct tree_order *order)
{
    if (!root)
        return NULL;
    unsigned left = height(root->left), right = height(root->right);
    if ((root->left && !order->is_before(root->left, root)) ||
        (root->right && !order->is_before(root, root->right)))
        return "tree I1: out of order";
    if (left > right + 1 || right > left + 1)
        return "tree I2: out of balance";
    if (root->height != 1 + (left > right ? left : right))
        return "tree I3: a wrong height";
    const char *broken = tree_check(root->left, order);
    return broken ? broken : tree_check(root->right, order);
}
