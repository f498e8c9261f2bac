/*
 * Interrupt controller, through its registers.
 */
#include "irqchip.h"
#include <criterion/criterion.h>

enum {
    PENDING = 0x00,
    ENABLE = 0x04,
    CLAIM = 0x08,
    MODE_LEVEL = 0x0c,
    POLARITY = 0x10,
    BOTH = 0x14,
};

static struct hw_irqchip chip;
static bool output;

static void output_set(void *data, bool raised)
{
    (void)data;
    output = raised;
}

static uint32_t read32(uint64_t offset)
{
    return (uint32_t)hw_irqchip_read(&chip, offset, 4);
}

static void write32(uint64_t offset, uint32_t value)
{
    hw_irqchip_write(&chip, offset, 4, value);
}

static void chip_init(void)
{
    hw_irqchip_init(&chip, output_set, NULL);
    write32(ENABLE, ~0u);
}

static void pulse(unsigned line)
{
    hw_irqchip_input(&chip, line, true);
    hw_irqchip_input(&chip, line, false);
}

Test(irqchip, remembers_an_edge, .init = chip_init)
{
    pulse(3);
    cr_assert(output);
    cr_assert_eq(read32(PENDING), 1u << 3);
    cr_assert_eq(read32(CLAIM), 4);
    cr_assert_not(output);
    cr_assert_eq(read32(CLAIM), 0);
    write32(CLAIM, 4);
    cr_assert_not(output);
}

Test(irqchip, keeps_an_edge_between_claim_and_completion, .init = chip_init)
{
    pulse(3);
    read32(CLAIM);
    pulse(3);
    pulse(3);
    cr_assert_not(output);
    write32(CLAIM, 4);
    cr_assert(output);
    cr_assert_eq(read32(CLAIM), 4);
    write32(CLAIM, 4);
    cr_assert_not(output);
}

Test(irqchip, follows_a_level, .init = chip_init)
{
    write32(MODE_LEVEL, 1u << 5);
    hw_irqchip_input(&chip, 5, true);
    cr_assert(output);
    hw_irqchip_input(&chip, 5, false);
    cr_assert_not(output);
}

Test(irqchip, raises_a_level_again_after_completion, .init = chip_init)
{
    write32(MODE_LEVEL, 1u << 5);
    hw_irqchip_input(&chip, 5, true);
    cr_assert_eq(read32(CLAIM), 6);
    cr_assert_not(output);
    cr_assert_eq(read32(PENDING), 0);
    write32(CLAIM, 6);
    cr_assert(output);
}

Test(irqchip, claims_the_lowest_line_first, .init = chip_init)
{
    pulse(31);
    pulse(0);
    pulse(7);
    cr_assert_eq(read32(CLAIM), 1);
    cr_assert_eq(read32(CLAIM), 8);
    cr_assert_eq(read32(CLAIM), 32);
    cr_assert_eq(read32(CLAIM), 0);
}

Test(irqchip, holds_back_what_is_not_enabled, .init = chip_init)
{
    write32(ENABLE, 0);
    pulse(2);
    cr_assert_not(output);
    cr_assert_eq(read32(CLAIM), 0);
    cr_assert_eq(read32(PENDING), 4);
    write32(ENABLE, 4);
    cr_assert(output);
}

Test(irqchip, takes_low_lines_and_falling_edges, .init = chip_init)
{
    hw_irqchip_input(&chip, 1, true);
    read32(CLAIM);
    write32(CLAIM, 2);
    write32(POLARITY, 1u << 1 | 1u << 2);
    write32(MODE_LEVEL, 1u << 2);
    cr_assert_eq(read32(CLAIM), 3, "line 2 is low");
    hw_irqchip_input(&chip, 1, false);
    cr_assert_eq(read32(CLAIM), 2);
    write32(CLAIM, 2);
    hw_irqchip_input(&chip, 1, true);
    cr_assert_eq(read32(CLAIM), 0);
}

Test(irqchip, takes_both_edges, .init = chip_init)
{
    write32(BOTH, 1);
    hw_irqchip_input(&chip, 0, true);
    cr_assert_eq(read32(CLAIM), 1);
    write32(CLAIM, 1);
    hw_irqchip_input(&chip, 0, false);
    cr_assert_eq(read32(CLAIM), 1);
}

Test(irqchip, ignores_wrong_sizes_lines_and_completions, .init = chip_init)
{
    hw_irqchip_write(&chip, ENABLE, 8, 0);
    cr_assert_eq(read32(ENABLE), ~0u);
    cr_assert_eq(hw_irqchip_read(&chip, ENABLE, 1), 0);
    hw_irqchip_input(&chip, 32, true);
    cr_assert_eq(read32(PENDING), 0);
    write32(CLAIM, 33);
    write32(CLAIM, 0);
    write32(0x100, 1);
    cr_assert_eq(read32(0x100), 0);
    cr_assert_not(output);
}
