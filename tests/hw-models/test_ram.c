/*
 * RAM and bus: bounds.
 */
#include "bus.h"
#include "ram.h"
#include <criterion/criterion.h>
#include <errno.h>

Test(ram, begins_zeroed_and_keeps_bytes)
{
    struct hw_ram r;
    unsigned char *at;

    cr_assert_eq(hw_ram_init(&r, 0x80000000, 0x10000), 0);
    at = hw_ram_at(&r, 0x8000fff8, 8);
    cr_assert_not_null(at);
    cr_assert_eq(at[7], 0);
    at[7] = 9;
    cr_assert_eq(r.window[0xffff], 9);
    hw_ram_destroy(&r);
}

Test(ram, refuses_addresses_outside)
{
    struct hw_ram r;

    cr_assert_eq(hw_ram_init(&r, 0x80000000, 0x10000), 0);
    cr_assert_null(hw_ram_at(&r, 0x7fffffff, 1));
    cr_assert_null(hw_ram_at(&r, 0x80010000, 1));
    cr_assert_null(hw_ram_at(&r, 0x8000ffff, 2));
    cr_assert_null(hw_ram_at(&r, 0x80000000, ~0ull));
    cr_assert_not_null(hw_ram_at(&r, 0x80000000, 0x10000));
    hw_ram_destroy(&r);
}

Test(ram, refuses_sizes_that_are_not_pages)
{
    struct hw_ram r;

    cr_assert_eq(hw_ram_init(&r, 0, 0), -EINVAL);
    cr_assert_eq(hw_ram_init(&r, 0, 4097), -EINVAL);
    cr_assert_eq(hw_ram_init(&r, 12, 4096), -EINVAL);
    cr_assert_eq(hw_ram_init(&r, ~0xfffull, 8192), -EINVAL);
}

static uint64_t last_offset, last_value;
static unsigned last_size;

static uint64_t note_read(void *device, uint64_t offset, unsigned size)
{
    last_offset = offset;
    last_size = size;
    return *(uint64_t *)device;
}

static void note_write(void *device, uint64_t offset, unsigned size,
                       uint64_t value)
{
    (void)device;
    last_offset = offset;
    last_size = size;
    last_value = value;
}

static uint64_t answer = 42;

static struct hw_bus_device device_at(uint64_t base, uint64_t size)
{
    return (struct hw_bus_device){.base = base,
                                  .size = size,
                                  .read = note_read,
                                  .write = note_write,
                                  .device = &answer};
}

Test(bus, passes_accesses_with_offset_and_size)
{
    struct hw_bus b;
    struct hw_bus_device d = device_at(0x1000, 0x100);
    uint64_t value;

    hw_bus_init(&b);
    cr_assert_eq(hw_bus_add(&b, &d), 0);
    cr_assert(hw_bus_read(&b, 0x1004, 4, &value));
    cr_assert_eq(value, 42);
    cr_assert_eq(last_offset, 4);
    cr_assert_eq(last_size, 4);
    cr_assert(hw_bus_write(&b, 0x10ff, 1, 7));
    cr_assert_eq(last_offset, 0xff);
    cr_assert_eq(last_value, 7);
}

Test(bus, reads_zero_where_nothing_answers)
{
    struct hw_bus b;
    struct hw_bus_device d = device_at(0x1000, 0x100);
    uint64_t value = 5;

    hw_bus_init(&b);
    hw_bus_add(&b, &d);
    cr_assert_not(hw_bus_read(&b, 0x10fe, 4, &value));
    cr_assert_eq(value, 0);
    cr_assert_not(hw_bus_write(&b, 0xfff, 1, 0));
    cr_assert_not(hw_bus_read(&b, 0x1100, 1, &value));
}

Test(bus, refuses_overlap_and_overflow)
{
    struct hw_bus b;
    struct hw_bus_device d = device_at(0x1000, 0x100);

    hw_bus_init(&b);
    cr_assert_eq(hw_bus_add(&b, &d), 0);
    d = device_at(0x10ff, 1);
    cr_assert_eq(hw_bus_add(&b, &d), -EEXIST);
    for (uint64_t i = 1; i < HW_BUS_DEVICES; i++) {
        d = device_at(0x1000 + i * 0x100, 0x100);
        cr_assert_eq(hw_bus_add(&b, &d), 0);
    }
    d = device_at(0x100000, 1);
    cr_assert_eq(hw_bus_add(&b, &d), -ENOSPC);
}
