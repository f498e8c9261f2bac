/*
 * Memory mappings when memory runs out: at every point where something is
 * allocated, the call fails with everything consistent, and the same call
 * made again with enough memory does what it would have done at once.
 */
#include "fixture.h"

#include <fake_port.h>

enum { PAGE = 4096, SUPER = 2 << 20, ALL = 1000000 };

static const uaddr_t AT = 0x10000000, END = 0x40000000;
static const paddr_t FRAME = 0x80000000;

static struct quota nodes, tables; /* of space b; a and c have enough */
static struct mspace a, b, c;

static void check(void)
{
    struct mspace *spaces[] = {&a, &b, &c};
    for (int i = 0; i < 3; i++) {
        mspace_check(spaces[i]);
        cr_assert_eq(fake_space_count(&spaces[i]->port),
                     mspace_count(spaces[i]));
    }
    kmem_check();
}

static void setup(void)
{
    fixture_init();
    quota_init_root(&nodes, 0);
    quota_init_root(&tables, 8 << 20);
    fake_table_quota = &tables;
    mspace_init(&a, &root, 1, END);
    mspace_init(&b, &nodes, 2, END);
    mspace_init(&c, &root, 3, END);
    mspace_map_root(&a, AT, FRAME, 21, RIGHT_RWX, 0);
    mspace_map_root(&a, AT + SUPER, FRAME + SUPER, 21, RIGHT_RWX, 0);
}

static void teardown(void)
{
    struct mspace *spaces[] = {&a, &b, &c};
    check();
    for (int i = 0; i < 3; i++)
        while (!mspace_destroy(spaces[i], 10))
            check();
    cr_assert_eq(nodes.used + tables.used, 0);
    fixture_assert_no_leak();
}

TestSuite(mspace_nomem, .init = setup, .fini = teardown);

static int map(struct mspace *from, uaddr_t va, struct mspace *to,
               uaddr_t to_va, unsigned order, bool grant)
{
    unsigned done;
    int error =
        mspace_map(from, va, to, to_va, order, RIGHT_RWX, 0, grant, ALL, &done);
    check();
    return error;
}

/* b has memory for everything, up to now. */
static void enough(void)
{
    nodes.limit = 8 << 20;
    tables.limit = 8 << 20;
}

/* Repeats the call with ever more memory for b; returns how often it
 * failed. */
static unsigned until_it_works(struct quota *q, struct mspace *from, uaddr_t va,
                               struct mspace *to, uaddr_t to_va, unsigned order,
                               bool grant)
{
    unsigned failures = 0;
    q->limit = q->used;
    while (map(from, va, to, to_va, order, grant)) {
        q->limit += 96;
        failures++;
    }
    return failures;
}

Test(mspace_nomem, pages_mapped_before_the_failure_stay)
{
    nodes.limit = 96 * 3;
    cr_assert_eq(map(&a, AT, &b, AT, 14, false), -L4_ENOMEM);
    cr_assert_eq(mspace_count(&b), 3);
    nodes.limit = 96 * 4;
    cr_assert_eq(map(&a, AT, &b, AT, 14, false), 0);
    cr_assert_eq(mspace_count(&b), 4);
}

Test(mspace_nomem, no_node_no_mapping)
{
    unsigned failures = until_it_works(&nodes, &a, AT, &b, AT, 16, false);
    cr_assert_eq(failures, 16);
    cr_assert_eq(mspace_count(&b), 16);
}

Test(mspace_nomem, no_page_table_no_mapping)
{
    enough();
    unsigned failures = until_it_works(&tables, &a, AT, &b, AT, 16, false);
    cr_assert_gt(failures, 0);
    cr_assert_eq(mspace_count(&b), 16);
    cr_assert_eq(nodes.used, 16 * 96);
}

Test(mspace_nomem, root_needs_node_and_table)
{
    cr_assert_eq(mspace_map_root(&b, AT, FRAME, 12, RIGHT_RWX, 0), -L4_ENOMEM);
    enough();
    tables.limit = 0;
    cr_assert_eq(mspace_map_root(&b, AT, FRAME, 12, RIGHT_RWX, 0), -L4_ENOMEM);
    cr_assert_eq(mspace_count(&b), 0);
    cr_assert_eq(nodes.used, 0);
}

Test(mspace_nomem, replacing_a_page_needs_no_memory)
{
    enough();
    map(&a, AT, &b, AT, 12, false);
    nodes.limit = nodes.used;
    tables.limit = tables.used;
    cr_assert_eq(map(&a, AT + PAGE, &b, AT, 12, false), 0);
    cr_assert_eq(mspace_find(&b, AT)->pa, FRAME + PAGE);
}

Test(mspace_nomem, a_superpage_replaces_pages_without_memory)
{
    enough();
    map(&a, AT, &b, AT, 14, false);
    nodes.limit = nodes.used;
    tables.limit = tables.used;
    cr_assert_eq(map(&a, AT, &b, AT, 21, false), 0);
    cr_assert_eq(mspace_count(&b), 1);
}

/* A page into the middle of a superpage, which is split for it. */
Test(mspace_nomem, a_split_without_nodes_leaves_the_superpage)
{
    enough();
    map(&a, AT, &b, AT, 21, false);
    map(&b, AT, &c, AT, 21, false);
    nodes.limit = nodes.used + 511 * 96 - 1;
    cr_assert_eq(map(&a, AT + SUPER, &b, AT + PAGE, 12, false), -L4_ENOMEM);
    cr_assert_eq(mspace_count(&b), 1);
    nodes.limit++;
    cr_assert_eq(map(&a, AT + SUPER, &b, AT + PAGE, 12, false), 0);
    cr_assert_eq(mspace_count(&b), 512);
    cr_assert_eq(mspace_count(&c), 511);
}

Test(mspace_nomem, a_split_without_table_leaves_the_superpage)
{
    enough();
    map(&a, AT, &b, AT, 21, false);
    tables.limit = 4095;
    size_t used = nodes.used;
    cr_assert_eq(map(&a, AT + SUPER, &b, AT + PAGE, 12, false), -L4_ENOMEM);
    cr_assert_eq(mspace_count(&b), 1);
    cr_assert_eq(nodes.used, used);
    cr_assert_eq(mspace_find(&b, AT)->order, 21);
}

Test(mspace_nomem, more_rights_for_a_part_split_or_fail)
{
    unsigned done;
    enough();
    cr_assert_eq(mspace_map(&a, AT, &b, AT, 21, RIGHT_R, 0, false, ALL, &done),
                 0);
    nodes.limit = nodes.used;
    cr_assert_eq(map(&a, AT + PAGE, &b, AT + PAGE, 12, false), -L4_ENOMEM);
    cr_assert_eq(mspace_find(&b, AT)->rights, RIGHT_R);
    enough();
    cr_assert_eq(map(&a, AT + PAGE, &b, AT + PAGE, 12, false), 0);
    cr_assert_eq(mspace_count(&b), 512);
    cr_assert_eq(mspace_find(&b, AT)->rights, RIGHT_R);
    cr_assert_eq(mspace_find(&b, AT + PAGE)->rights, RIGHT_RWX);
}

Test(mspace_nomem, a_grant_that_fails_leaves_the_source)
{
    cr_assert_eq(map(&a, AT, &b, AT, 21, true), -L4_ENOMEM);
    cr_assert_eq(mspace_count(&a), 2);
    enough();
    cr_assert_eq(map(&a, AT, &b, AT, 21, true), 0);
    cr_assert_eq(mspace_count(&a), 1);
}

Test(mspace_nomem, a_granted_part_fails_page_by_page)
{
    unsigned failures = until_it_works(&nodes, &a, AT, &b, AT, 15, true);
    cr_assert_eq(failures, 8);
    cr_assert_eq(mspace_count(&a), 1 + 512 - 8);
    cr_assert_eq(mspace_count(&b), 8);
}

Test(mspace_nomem, unmapping_a_part_of_ones_own_takes_all_without_memory)
{
    unsigned flushed = 0;
    enough();
    map(&a, AT, &b, AT, 21, false);
    nodes.limit = nodes.used;
    fake_space_touch(&b.port, AT, true);
    cr_assert(mspace_unmap(&b, AT + PAGE, 12, RIGHT_R, true, ALL, &flushed));
    cr_assert_eq(mspace_count(&b), 0);
    cr_assert_eq(flushed, RIGHT_R | RIGHT_W);
}

/* Anything, with limits that come and go. */
Test(mspace_nomem, random_operations_with_random_limits_stay_consistent)
{
    struct mspace *const spaces[] = {&a, &b, &c};
    uint64_t seed = 1;
    a.quota = b.quota = c.quota = &nodes;
    nodes.used = 2 * 96; /* a's two superpages, charged before */
    nodes.limit = 1 << 20;
    root.used = 0;
    for (int i = 0; i < 3000; i++) {
        struct mspace *from = spaces[random_below(&seed, 3)];
        struct mspace *to = spaces[random_below(&seed, 3)];
        unsigned order = 12 + random_below(&seed, 11), done = 0;
        uaddr_t va = AT + random_below(&seed, 4 << 20);
        uaddr_t to_va = AT + random_below(&seed, 4 << 20);
        nodes.limit = nodes.used + random_below(&seed, 60000);
        tables.limit = tables.used + 4096 * random_below(&seed, 2);
        unsigned rights = random_below(&seed, 8), budget = 1 + i % 700;
        bool flag = random_below(&seed, 3) == 0;
        if (random_below(&seed, 5) == 0)
            mspace_unmap(to, to_va, order, rights, flag, budget, &done);
        else if (random_below(&seed, 20) == 0)
            mspace_map_root(&a, AT, FRAME, 21, RIGHT_RWX, 0);
        else
            mspace_map(from, va, to, to_va, order, rights | RIGHT_R, 0, flag,
                       budget, &done);
        check();
        quota_check(&nodes);
    }
}
