/*
 * The timeout queue against a sorted array: random set, move, cancel, pop;
 * earliest first, and among equals the one that was set first.
 */
#include "fixture.h"

#include <timeout.h>

enum { NODES = 60, STEPS = 40000, SPAN = 200 };

static struct timeout node[NODES];
static struct timeout_queue q;

/* The model: when and in what order each was set; TIME_NEVER: is not. */
static uint64_t when[NODES], order[NODES], orders;

static int model_first(void)
{
    int first = -1;
    for (int i = 0; i < NODES; i++)
        if (when[i] != TIME_NEVER &&
            (first < 0 || when[i] < when[first] ||
             (when[i] == when[first] && order[i] < order[first])))
            first = i;
    return first;
}

static void model_init(void)
{
    for (unsigned i = 0; i < NODES; i++) {
        timeout_init(&node[i]);
        when[i] = TIME_NEVER;
    }
}

static void compare(void)
{
    int first = model_first();
    timeout_check(&q);
    cr_assert_eq(timeout_next(&q), first < 0 ? TIME_NEVER : when[first]);
    for (unsigned i = 0; i < NODES; i++)
        cr_assert_eq(timeout_is_set(&node[i]), when[i] != TIME_NEVER);
}

static void set(unsigned i, uint64_t at)
{
    timeout_set(&q, &node[i], at);
    when[i] = at;
    order[i] = orders++;
}

static void pop(uint64_t now)
{
    int first = model_first();
    struct timeout *t = timeout_pop(&q, now);
    if (first < 0 || when[first] > now) {
        cr_assert_null(t);
        return;
    }
    cr_assert_eq(t, &node[first]);
    when[first] = TIME_NEVER;
}

Test(timeout, random_operations_equal_a_sorted_array)
{
    uint64_t seed = 1;
    model_init();
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned i = random_below(&seed, NODES);
        switch (random_below(&seed, 4)) {
        case 0:
        case 1:
            set(i, random_below(&seed, SPAN));
            break;
        case 2:
            timeout_cancel(&node[i]); /* set or not */
            when[i] = TIME_NEVER;
            break;
        case 3:
            pop(random_below(&seed, SPAN));
        }
        compare();
    }
}

Test(timeout, equals_fire_in_the_order_they_were_set)
{
    model_init();
    for (unsigned i = 0; i < NODES; i++)
        set((i * 7) % NODES, 5);
    for (unsigned i = 0; i < NODES; i++)
        cr_assert_eq(timeout_pop(&q, 5), &node[(i * 7) % NODES]);
    cr_assert_null(timeout_pop(&q, TIME_NEVER - 1));
}

Test(timeout, moving_a_node_makes_it_the_last_of_its_time)
{
    model_init();
    set(0, 5);
    set(1, 5);
    set(0, 5);
    pop(5);
    cr_assert(timeout_is_set(&node[0]));
    cr_assert_not(timeout_is_set(&node[1]));
}

Test(timeout, nothing_fires_early)
{
    model_init();
    set(0, 100);
    cr_assert_null(timeout_pop(&q, 99));
    cr_assert_eq(timeout_pop(&q, 100), &node[0]);
}
