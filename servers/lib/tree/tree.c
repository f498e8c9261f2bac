/*
 * Search trees: AVL, see tree.h. Each change goes down to its place and mends
 * what it passed on the way back.
 */
#include "tree.h"

static unsigned height(const struct tree_node *n)
{
    return n ? n->height : 0;
}

/* Keeps I3 at n, whose sides keep it. Has anything changed? */
static bool measure(struct tree_node *n, const struct tree_order *order)
{
    unsigned left = height(n->left), right = height(n->right), was = n->height;
    n->height = 1 + (left > right ? left : right);
    bool is_other = order->measure && order->measure(n);
    return is_other || n->height != was;
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

/* Keeps I2 and I3 at *at, one side of which changed, in height by one at most.
 * Has it all changed for who is above? */
static bool mend(struct tree_node **at, const struct tree_order *order)
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
        return measure(n, order);
    }
    return true;
}

static bool insert(struct tree_node **root, struct tree_node *n,
                   const struct tree_order *order)
{
    if (!*root) {
        n->left = n->right = NULL;
        *root = n;
        measure(n, order);
        return true;
    }
    bool left = order->is_before(n, *root);
    return insert(left ? &(*root)->left : &(*root)->right, n, order) &&
           mend(root, order);
}

void tree_insert(struct tree_node **root, struct tree_node *n,
                 const struct tree_order *order)
{
    insert(root, n, order);
}

/* The first node of a tree that is not empty is taken out. */
static bool take_first(struct tree_node **at, const struct tree_order *order,
                       struct tree_node **ret_first)
{
    struct tree_node *n = *at;
    if (!n->left) {
        *ret_first = n;
        *at = n->right;
        return true;
    }
    return take_first(&n->left, order, ret_first) && mend(at, order);
}

static bool take(struct tree_node **root, const struct tree_node *n,
                 const struct tree_order *order)
{
    struct tree_node *at = *root;
    if (at != n) {
        bool left = order->is_before(n, at);
        return take(left ? &at->left : &at->right, n, order) &&
               mend(root, order);
    }
    if (!n->left || !n->right) {
        *root = n->left ? n->left : n->right;
        return true;
    }
    struct tree_node *next;
    take_first(&at->right, order, &next);
    next->left = at->left;
    next->right = at->right;
    next->height = at->height;
    *root = next;
    mend(root, order);
    return true; /* another node, if not another height */
}

void tree_remove(struct tree_node **root, const struct tree_node *n,
                 const struct tree_order *order)
{
    take(root, n, order);
}

static bool measure_path(struct tree_node *root, const struct tree_node *n,
                         const struct tree_order *order)
{
    return (root == n ||
            measure_path(order->is_before(n, root) ? root->left : root->right,
                         n, order)) &&
           measure(root, order);
}

void tree_measure(struct tree_node *root, const struct tree_node *n,
                  const struct tree_order *order)
{
    measure_path(root, n, order);
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
