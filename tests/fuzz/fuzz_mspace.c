/*
 * Address spaces and their mapping database against the model of
 * tests/core/test_mspace_random.c. The input is that test's random sequence.
 */
#include "input.h"

static inline unsigned fuzz_below(uint64_t *unused, unsigned range)
{
    (void)unused;
    unsigned n = input_byte();
    if (range > 256)
        n |= input_byte() << 8;
    return n % range;
}

#define random_below random_declared_below
#include "../core/fixture.h"
#undef random_below
#define random_below fuzz_below
#include "../core/test_mspace_random.c"

/* First byte: the size of a space, and how long a step may be. */
void fuzz_one(void)
{
    static const int sizes[] = {16, 64, 64, MAX_PAGES};
    unsigned first = input_byte();
    int steps = 0;
    fixture_init();
    pages = sizes[first & 3];
    max_budget = 1 + (first >> 2) * 16;
    memset(holders, 0, sizeof(holders));
    for (int i = 0; i < CELLS; i++)
        cell[i] = (struct cell){.parent = NONE};
    for (uint32_t i = 0; i < SPACES; i++)
        mspace_init(&space[i], &root, i + 1, BASE + (uaddr_t)pages * PAGE_SIZE);
    while (input_is_left() && steps++ < 200) {
        step();
        compare();
    }
    kmem_check();
    for (int i = 0; i < SPACES; i++)
        while (!mspace_destroy(&space[i], 100))
            ;
    fixture_assert_no_leak();
}
