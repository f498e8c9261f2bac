/* The mapping database: the tree operations alone. */
#include "fixture.h"

#include <signal.h>

/*      a --+-- b --+-- d
 *          |       +-- e
 *          +-- c                */
static struct mapping a, b, c, d, e;

static void tree(void)
{
    struct mapping *all[] = {&a, &b, &c, &d, &e};
    for (int i = 0; i < 5; i++)
        mapping_init(all[i]);
    mapping_add_child(&a, &b);
    mapping_add_child(&a, &c);
    mapping_add_child(&b, &d);
    mapping_add_child(&b, &e);
}

static void check(void)
{
    struct mapping *all[] = {&a, &b, &c, &d, &e};
    for (int i = 0; i < 5; i++)
        mapping_check(all[i]);
}

TestSuite(mapdb, .init = tree, .fini = check);

Test(mapdb, walks_parents_first)
{
    struct mapping *order[] = {&b, &d, &e, &c, NULL};
    struct mapping *m = &a;
    for (int i = 0; i < 5; i++) {
        m = mapping_next(&a, m);
        cr_assert_eq(m, order[i]);
    }
}

Test(mapdb, walk_ends_at_its_top)
{
    cr_assert_eq(mapping_next(&b, &d), &e);
    cr_assert_null(mapping_next(&b, &e));
    cr_assert_null(mapping_next(&c, &c));
}

Test(mapdb, walks_leaves_first)
{
    struct mapping *order[] = {&d, &e, &b, &c, &a};
    struct mapping *m = mapping_first_leaf(&a);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(m, order[i]);
        m = i < 4 ? mapping_next_leaf_first(m) : NULL;
    }
    cr_assert_eq(mapping_first_leaf(&c), &c);
}

Test(mapdb, children_of_a_removed_node_go_to_its_parent_in_order)
{
    mapping_remove(&b);
    cr_assert_eq(d.parent, &a);
    cr_assert_eq(mapping_next(&a, &a), &d);
    cr_assert_eq(mapping_next(&a, &d), &e);
    cr_assert_eq(mapping_next(&a, &e), &c);
    cr_assert_null(b.parent);
}

Test(mapdb, children_of_a_removed_root_are_roots)
{
    mapping_remove(&a);
    cr_assert_null(b.parent);
    cr_assert_null(c.parent);
    cr_assert_eq(d.parent, &b);
}

Test(mapdb, replacing_keeps_the_place_and_the_children)
{
    static struct mapping n;
    mapping_init(&n);
    mapping_replace(&b, &n);
    cr_assert_eq(n.parent, &a);
    cr_assert_eq(d.parent, &n);
    cr_assert_eq(mapping_next(&a, &a), &n);
    cr_assert(list_is_empty(&b.children));
    cr_assert_null(b.parent);
    mapping_check(&n);
}

Test(mapdb, moving_takes_the_subtree_along)
{
    mapping_move(&b, &c);
    cr_assert_eq(b.parent, &c);
    cr_assert(mapping_is_below(&d, &c));
    cr_assert_not(mapping_is_below(&c, &b));
}

Test(mapdb, check_finds_a_cycle, .signal = SIGABRT)
{
    list_remove(&a.sibling);
    a.parent = &d;
    list_add_last(&d.children, &a.sibling);
    mapping_check(&a);
}
