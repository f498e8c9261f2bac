/*
 * Clock and timer: order of events, and the comparator's output.
 */
#include "clock.h"
#include "timer.h"
#include <criterion/criterion.h>
#include <stdlib.h>

enum { EVENTS = 200 };

static struct hw_clock c;
static int fired[4 * EVENTS];
static uint64_t fired_at[4 * EVENTS];
static int fired_count;

struct probe {
    struct hw_event event;
    int number;
};

static void note(void *data)
{
    struct probe *p = data;

    fired[fired_count] = p->number;
    fired_at[fired_count++] = c.now;
}

static void probe_init(struct probe *p, int number)
{
    p->number = number;
    hw_event_init(&p->event, note, p);
}

Test(clock, fires_in_order_of_time_with_now_at_each)
{
    struct probe p[3];

    hw_clock_init(&c);
    for (int i = 0; i < 3; i++)
        probe_init(&p[i], i);
    hw_clock_set(&c, &p[0].event, 30);
    hw_clock_set(&c, &p[1].event, 10);
    hw_clock_set(&c, &p[2].event, 20);
    cr_assert_eq(hw_clock_next(&c), 10);
    hw_clock_advance(&c, 25);
    cr_assert_eq(fired_count, 2);
    cr_assert_eq(fired[0], 1);
    cr_assert_eq(fired[1], 2);
    cr_assert_eq(fired_at[1], 20);
    cr_assert_eq(c.now, 25);
    hw_clock_destroy(&c);
}

Test(clock, fires_equal_times_in_order_of_setting)
{
    static struct probe p[EVENTS];

    hw_clock_init(&c);
    for (int i = 0; i < EVENTS; i++) {
        probe_init(&p[i], i);
        hw_clock_set(&c, &p[i].event, 5);
    }
    /* Setting again counts as the latest. */
    hw_clock_set(&c, &p[0].event, 5);
    hw_clock_advance(&c, 5);
    for (int i = 0; i < EVENTS; i++)
        cr_assert_eq(fired[i], (i + 1) % EVENTS);
    hw_clock_destroy(&c);
}

/* Against the obvious: the earliest of an array, by search. */
Test(clock, agrees_with_a_plain_search_under_random_use)
{
    static struct probe p[EVENTS];
    uint64_t state = 1;

    hw_clock_init(&c);
    for (int i = 0; i < EVENTS; i++)
        probe_init(&p[i], i);
    for (int round = 0; round < 5000; round++) {
        uint64_t best = HW_NEVER;
        int i;

        state = state * 6364136223846793005ull + 1442695040888963407ull;
        i = (int)(state >> 33) % EVENTS;
        if (state >> 60 & 1)
            hw_clock_cancel(&c, &p[i].event);
        else
            hw_clock_set(&c, &p[i].event, state >> 40);
        for (int k = 0; k < EVENTS; k++)
            if (p[k].event.place >= 0 && p[k].event.when < best)
                best = p[k].event.when;
        cr_assert_eq(hw_clock_next(&c), best);
    }
    hw_clock_advance(&c, HW_NEVER - 1);
    for (int i = 1; i < fired_count; i++)
        cr_assert_leq(fired_at[i - 1], fired_at[i]);
    cr_assert_eq(hw_clock_next(&c), HW_NEVER);
    hw_clock_destroy(&c);
}

static void set_again(void *data)
{
    struct probe *p = data;

    note(data);
    if (fired_count < 3)
        hw_clock_set(&c, &p->event, c.now + 10);
}

Test(clock, lets_an_event_set_itself_again)
{
    struct probe p;

    hw_clock_init(&c);
    probe_init(&p, 0);
    p.event.fire = set_again;
    hw_clock_set(&c, &p.event, 10);
    hw_clock_advance(&c, 100);
    cr_assert_eq(fired_count, 3);
    cr_assert_eq(fired_at[2], 30);
    hw_clock_destroy(&c);
}

Test(clock, never_goes_back)
{
    struct probe p;

    hw_clock_init(&c);
    probe_init(&p, 0);
    hw_clock_advance(&c, 50);
    hw_clock_set(&c, &p.event, 20);
    cr_assert_eq(hw_clock_next(&c), 50);
    hw_clock_advance(&c, 40);
    cr_assert_eq(c.now, 50);
    hw_clock_advance(&c, 60);
    cr_assert_eq(fired_at[0], 50);
    hw_clock_destroy(&c);
}

static bool line;
static int line_changes;

static void line_set(void *data, bool raised)
{
    (void)data;
    line = raised;
    line_changes++;
}

enum { TIME = 0, COMPARE = 8 };

Test(timer, raises_when_the_time_comes)
{
    struct hw_timer t;

    hw_clock_init(&c);
    hw_timer_init(&t, &c, line_set, NULL);
    cr_assert_eq(hw_timer_read(&t, COMPARE, 8), HW_NEVER);
    hw_timer_write(&t, COMPARE, 8, 100);
    hw_clock_advance(&c, 99);
    cr_assert_not(line);
    cr_assert_eq(hw_timer_read(&t, TIME, 8), 99);
    hw_clock_advance(&c, 100);
    cr_assert(line);
    cr_assert_eq(hw_timer_read(&t, COMPARE, 8), 100);
    hw_timer_write(&t, COMPARE, 8, 200);
    cr_assert_not(line);
    hw_clock_destroy(&c);
}

Test(timer, raises_at_once_for_a_time_in_the_past)
{
    struct hw_timer t;

    hw_clock_init(&c);
    hw_clock_advance(&c, 1000);
    hw_timer_init(&t, &c, line_set, NULL);
    hw_timer_write(&t, COMPARE, 8, 1000);
    cr_assert(line);
    hw_timer_write(&t, COMPARE, 8, HW_NEVER);
    cr_assert_not(line);
    hw_clock_advance(&c, 1ull << 60);
    cr_assert_not(line);
    cr_assert_eq(line_changes, 2);
    hw_clock_destroy(&c);
}

Test(timer, ignores_other_sizes_and_registers)
{
    struct hw_timer t;

    hw_clock_init(&c);
    hw_timer_init(&t, &c, line_set, NULL);
    hw_timer_write(&t, COMPARE, 4, 5);
    hw_timer_write(&t, TIME, 8, 5);
    hw_timer_write(&t, 16, 8, 5);
    cr_assert_eq(hw_timer_read(&t, COMPARE, 4), 0);
    cr_assert_eq(hw_timer_read(&t, 16, 8), 0);
    cr_assert_eq(hw_timer_read(&t, COMPARE, 8), HW_NEVER);
    hw_clock_destroy(&c);
}
