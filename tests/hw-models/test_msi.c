/*
 * Doorbell of message-signalled interrupts, through its register.
 */
#include "msi.h"
#include <criterion/criterion.h>

enum { VECTORS = 4 };

static struct hw_msi msi;
static unsigned raised[VECTORS];

static void raise_vector(void *data, unsigned vector)
{
    (void)data;
    raised[vector]++;
}

static void setup(void)
{
    hw_msi_init(&msi, VECTORS, raise_vector, NULL);
}

static unsigned all_raised(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < VECTORS; i++)
        n += raised[i];
    return n;
}

Test(msi, each_write_raises_its_vector, .init = setup)
{
    hw_msi_write(&msi, 0, 4, 3);
    hw_msi_write(&msi, 0, 4, 0);
    hw_msi_write(&msi, 0, 4, 3);
    cr_assert_eq(raised[3], 2u);
    cr_assert_eq(raised[0], 1u);
    cr_assert_eq(all_raised(), 3u);
}

Test(msi, what_is_no_vector_raises_nothing, .init = setup)
{
    hw_msi_write(&msi, 0, 4, VECTORS);
    hw_msi_write(&msi, 0, 4, ~0ull);
    cr_assert_eq(all_raised(), 0u);
}

Test(msi, other_widths_and_places_do_nothing, .init = setup)
{
    hw_msi_write(&msi, 0, 1, 1);
    hw_msi_write(&msi, 0, 8, 1);
    hw_msi_write(&msi, 4, 4, 1);
    cr_assert_eq(all_raised(), 0u);
    cr_assert_eq(hw_msi_read(&msi, 0, 4), 0u);
}
