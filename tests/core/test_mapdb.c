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

static const struct mapping_walk all = {.rights = 1};

/* The next node the walk below a visits; NULL: it is over. */
static struct mapping *visit(void)
{
    struct mapping *m = NULL;
    enum mapping_step step;
    mapping_walk_start(&a, &all);
    while ((step = mapping_walk_step(&m)) == WALK_ON)
        check();
    return step == WALK_OVER ? NULL : m;
}

static void visits(struct mapping *const *order)
{
    do
        cr_assert_eq(visit(), *order);
    while (*order++);
}

Test(mapdb, walks_leaves_first)
{
    struct mapping *order[] = {&d, &e, &b, &c, NULL};
    visits(order);
    visits(order); /* and again from the start */
}

Test(mapdb, a_node_can_be_visited_again)
{
    struct mapping *order[] = {&d, &e, &b, &c, NULL};
    cr_assert_eq(visit(), &d);
    mapping_walk_back(&d);
    visits(order);
}

Test(mapdb, the_walk_survives_the_node_it_stands_at)
{
    struct mapping *order[] = {&b, &c, NULL};
    cr_assert_eq(visit(), &d); /* it stands at e now */
    mapping_remove(&e);
    visits(order);
}

Test(mapdb, the_walk_visits_what_is_lifted_from_a_node_it_was_to_enter)
{
    struct mapping *order[] = {&d, &e, &c, NULL};
    struct mapping *m;
    mapping_walk_start(&a, &all);
    cr_assert_eq(mapping_walk_step(&m), WALK_ON); /* at b, on the way down */
    mapping_remove(&b);
    visits(order);
}

Test(mapdb, the_walk_is_over_when_its_top_goes)
{
    struct mapping *m;
    cr_assert_eq(visit(), &d);
    mapping_remove(&a);
    cr_assert_eq(mapping_walk_step(&m), WALK_OVER);
    mapping_init(&a);
}

Test(mapdb, the_walk_begins_anew_when_something_moves)
{
    struct mapping *order[] = {&e, &d, &b, &c, NULL};
    cr_assert_eq(visit(), &d);
    mapping_move(&d, &b); /* behind e */
    visits(order);
}

Test(mapdb, another_walk_ends_the_first)
{
    const struct mapping_walk other = {.rights = 2};
    struct mapping *order[] = {&d, &e, &b, &c, NULL};
    struct mapping *m;
    cr_assert_eq(visit(), &d);
    mapping_walk_start(&b, &other);
    cr_assert_eq(mapping_walk_step(&m), WALK_ON);
    visits(order);
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

Test(mapdb, lifting_takes_the_first_child_up_in_front)
{
    cr_assert(mapping_lift(&b));
    cr_assert_eq(mapping_next(&a, &a), &d);
    cr_assert_eq(mapping_next(&a, &d), &b);
    cr_assert(mapping_lift(&b));
    cr_assert_not(mapping_lift(&b));
}

Test(mapdb, near_is_not_far)
{
    static struct mapping chain[40];
    mapping_init(&chain[0]);
    for (int i = 1; i < 40; i++) {
        mapping_init(&chain[i]);
        mapping_add_child(&chain[i - 1], &chain[i]);
    }
    cr_assert(mapping_is_near(&chain[20], &chain[0]));
    cr_assert_not(mapping_is_near(&chain[39], &chain[0]));
    cr_assert(mapping_is_below(&chain[39], &chain[0]));
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
