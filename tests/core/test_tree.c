/* Search trees: against a sorted array, and how deep they become. */
#include "fixture.h"

#include <tree.h>

enum { KEYS = 600, ROUNDS = 20000, MANY = 100000 };

static struct tree_node node[MANY];
static struct tree_node *tree;
static bool in[KEYS];

/* What the array says of the first at or behind `key`, or before it. */
static struct tree_node *model(int key, int step)
{
    while (key >= 0 && key < KEYS && !in[key])
        key += step;
    return key >= 0 && key < KEYS ? &node[key] : NULL;
}

static void compare(int key)
{
    uint32_t n = 0;
    cr_assert_eq(tree_from(tree, (uint64_t)key), model(key, 1));
    cr_assert_eq(tree_upto(tree, (uint64_t)key), model(key, -1));
    for (int i = 0; i < KEYS; i++)
        if (in[i])
            cr_assert_eq(tree_nth(tree, n++), &node[i]);
    cr_assert_eq(tree_size(tree), n);
    cr_assert_null(tree_nth(tree, n));
}

Test(tree, is_a_sorted_array)
{
    uint64_t seed = 1;
    for (int i = 0; i < ROUNDS; i++) {
        int key = (int)random_below(&seed, KEYS);
        if (in[key])
            tree_remove(&tree, &node[key]);
        else
            tree_insert(&tree, &node[key], (uint64_t)key);
        in[key] = !in[key];
        tree_check(tree);
        if (i % 50 == 0)
            compare((int)random_below(&seed, KEYS));
    }
}

/* The bound of tree.h: 1.44 log2(n + 2). */
static void check_depth(uint32_t n)
{
    unsigned log = 0;
    while ((1ul << log) < n + 2ul)
        log++;
    cr_assert_leq(tree->height * 100, log * 145);
}

Test(tree, no_order_of_keys_makes_it_deep)
{
    for (uint32_t i = 0; i < MANY; i++)
        tree_insert(&tree, &node[i], i);
    tree_check(tree);
    check_depth(MANY);
    for (uint32_t i = MANY / 16; i < MANY; i++) /* one side of it */
        tree_remove(&tree, &node[i]);
    tree_check(tree);
    check_depth(MANY / 16);
    while (tree)
        tree_remove(&tree, tree); /* the root, again and again */
}
