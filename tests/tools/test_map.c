/* The hash map, against a plain array. */
#include "map.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { KEYS = 512, STEPS = 20000 };

Test(map, agrees_with_an_array_over_random_steps)
{
    static char value[KEYS];
    char *model[KEYS] = {NULL};
    struct map m = {0};
    unsigned state = 1;

    for (unsigned i = 0; i < STEPS; i++) {
        state = state * 1664525 + 1013904223;
        unsigned key = state >> 8 & (KEYS - 1);
        if (state >> 28 < 8) {
            cr_assert_eq(map_put(&m, key * 4096, &value[key]), model[key]);
            model[key] = &value[key];
        } else {
            cr_assert_eq(map_remove(&m, key * 4096), model[key]);
            model[key] = NULL;
        }
        unsigned other = state >> 17 & (KEYS - 1);
        cr_assert_eq(map_get(&m, other * 4096), model[other]);
    }
    map_free(&m, 0);
}

Test(map, sorts_by_key_and_ends_with_null)
{
    struct map m = {0};

    for (uint64_t k = 100; k > 0; k--)
        map_put(&m, k * 7919 % 1000, &m);
    struct map_entry *all = map_sorted(&m);
    size_t n = 0;
    for (; all[n].value; n++)
        cr_assert(!n || all[n].key > all[n - 1].key);
    cr_assert_eq(n, m.used);
    free(all);
    map_free(&m, 0);
}
