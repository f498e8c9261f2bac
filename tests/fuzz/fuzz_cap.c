/*
 * Capability tables and derivation against the model of
 * tests/core/test_cap_random.c. The input is that test's random sequence.
 */
#include "input.h"

static inline unsigned fuzz_below(uint64_t *unused, unsigned range)
{
    (void)unused;
    return input_byte() % range;
}

#define random_below random_declared_below
#include "../core/fixture.h"
#undef random_below
#define random_below fuzz_below
#include "../core/test_cap_random.c"

void fuzz_one(void)
{
    int steps = 0;
    fixture_init();
    for (int i = 0; i < CAPS; i++)
        model[i] = (struct model_cap){.object = NONE, .parent = NONE};
    for (uint32_t i = 0; i < TABLES; i++)
        cap_table_init(&table[i], &root, i + 1);
    for (int i = 0; i < OBJECTS; i++)
        object[i].freed = 1;
    while (input_is_left() && steps++ < 500) {
        step();
        compare();
    }
    for (int i = 0; i < TABLES; i++)
        while (!cap_table_destroy(&table[i], 5))
            ;
    reap_all();
    cr_assert(list_is_empty(&object_all));
    fixture_assert_no_leak();
}
