/*
 * The two real-time clocks, register by register.
 */
#include "rtc.h"
#include <criterion/criterion.h>

#define NS_PER_S 1000000000ull
#define START    (1767225600ull * NS_PER_S) /* 2026-01-01 */

static struct hw_clock c;
static bool irq;

static void on_irq(void *data, bool raised)
{
    (void)data;
    irq = raised;
}

/* --- Goldfish ------------------------------------------------------------ */

enum {
    TIME_LOW = 0x00,
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08,
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_ALARM = 0x14,
    ALARM_STATUS = 0x18,
    CLEAR_INTERRUPT = 0x1c,
};
static struct hw_goldfish_rtc g;

static void goldfish(void)
{
    hw_clock_init(&c);
    hw_goldfish_rtc_init(&g, &c, START, on_irq, NULL);
}

static uint32_t gget(uint64_t offset)
{
    return (uint32_t)hw_goldfish_rtc_read(&g, offset, 4);
}

static void gput(uint64_t offset, uint32_t value)
{
    hw_goldfish_rtc_write(&g, offset, 4, value);
}

static uint64_t gtime(void)
{
    uint64_t low = gget(TIME_LOW);

    return (uint64_t)gget(TIME_HIGH) << 32 | low;
}

Test(goldfish_rtc, counts_ns_of_virtual_time, .init = goldfish)
{
    cr_assert_eq(gtime(), START);
    hw_clock_advance(&c, 5 * NS_PER_S);
    cr_assert_eq(gtime(), START + 5 * NS_PER_S);
}

Test(goldfish_rtc, reading_low_latches_high, .init = goldfish)
{
    uint32_t high = (uint32_t)(START >> 32);

    cr_assert_eq(gget(TIME_HIGH), 0, "nothing was latched yet");
    gget(TIME_LOW);
    hw_clock_advance(&c, 1ull << 33);
    cr_assert_eq(gget(TIME_HIGH), high);
    gget(TIME_LOW);
    cr_assert_eq(gget(TIME_HIGH), high + 2);
}

Test(goldfish_rtc, time_can_be_set, .init = goldfish)
{
    gput(TIME_HIGH, 7);
    gput(TIME_LOW, 9);
    cr_assert_eq(gtime(), (7ull << 32) + 9);
    hw_clock_advance(&c, 100);
    cr_assert_eq(gtime(), (7ull << 32) + 109);
}

static void alarm_at(uint64_t when)
{
    gput(ALARM_HIGH, (uint32_t)(when >> 32));
    gput(ALARM_LOW, (uint32_t)when);
}

Test(goldfish_rtc, alarm_interrupts_until_cleared, .init = goldfish)
{
    gput(IRQ_ENABLED, 1);
    alarm_at(START + 1000);
    cr_assert_eq(gget(ALARM_STATUS), 1);
    cr_assert_eq(gget(ALARM_LOW), (uint32_t)(START + 1000));
    cr_assert_eq(gget(ALARM_HIGH), (uint32_t)((START + 1000) >> 32));
    hw_clock_advance(&c, 999);
    cr_assert_eq(irq, false);
    hw_clock_advance(&c, 1000);
    cr_assert_eq(irq, true);
    cr_assert_eq(gget(ALARM_STATUS), 0);
    gput(CLEAR_INTERRUPT, 1);
    cr_assert_eq(irq, false);
}

Test(goldfish_rtc, alarm_in_the_past_is_due_at_once, .init = goldfish)
{
    gput(IRQ_ENABLED, 1);
    alarm_at(START - 1);
    cr_assert_eq(irq, true);
}

Test(goldfish_rtc, alarm_waits_for_the_interrupt_to_be_enabled,
     .init = goldfish)
{
    alarm_at(START);
    cr_assert_eq(irq, false);
    gput(IRQ_ENABLED, 3);
    cr_assert_eq(gget(IRQ_ENABLED), 1);
    cr_assert_eq(irq, true);
}

Test(goldfish_rtc, alarm_can_be_cleared, .init = goldfish)
{
    gput(IRQ_ENABLED, 1);
    alarm_at(START + 1000);
    gput(CLEAR_ALARM, 1);
    cr_assert_eq(gget(ALARM_STATUS), 0);
    hw_clock_advance(&c, 2000);
    cr_assert_eq(irq, false);
}

/* --- PL031 --------------------------------------------------------------- */

enum {
    DATA = 0x00,
    MATCH = 0x04,
    LOAD = 0x08,
    CONTROL = 0x0c,
    MASK = 0x10,
    RAW = 0x14,
    MASKED = 0x18,
    CLEAR = 0x1c,
};
static struct hw_pl031 p;

static void pl031(void)
{
    hw_clock_init(&c);
    hw_pl031_init(&p, &c, START, on_irq, NULL);
}

static uint32_t pget(uint64_t offset)
{
    return (uint32_t)hw_pl031_read(&p, offset, 4);
}

static void pput(uint64_t offset, uint32_t value)
{
    hw_pl031_write(&p, offset, 4, value);
}

Test(pl031, counts_seconds, .init = pl031)
{
    cr_assert_eq(pget(DATA), START / NS_PER_S);
    hw_clock_advance(&c, 3 * NS_PER_S - 1);
    cr_assert_eq(pget(DATA), START / NS_PER_S + 2);
    cr_assert_eq(pget(CONTROL), 1);
}

Test(pl031, time_can_be_set_either_way, .init = pl031)
{
    pput(LOAD, 77);
    cr_assert_eq(pget(DATA), 77);
    cr_assert_eq(pget(LOAD), 77);
    pput(LOAD, 0xf0000000);
    cr_assert_eq(pget(DATA), 0xf0000000);
    hw_clock_advance(&c, NS_PER_S);
    cr_assert_eq(pget(DATA), 0xf0000001);
}

Test(pl031, match_sets_the_status_and_the_mask_lets_it_through, .init = pl031)
{
    pput(MATCH, pget(DATA) + 2);
    cr_assert_eq(pget(RAW), 0);
    hw_clock_advance(&c, 2 * NS_PER_S);
    cr_assert_eq(pget(RAW), 1);
    cr_assert_eq(pget(MASKED), 0);
    cr_assert_eq(irq, false);
    pput(MASK, 1);
    cr_assert_eq(pget(MASK), 1);
    cr_assert_eq(pget(MASKED), 1);
    cr_assert_eq(irq, true);
    pput(CLEAR, 1);
    cr_assert_eq(pget(RAW), 0);
    cr_assert_eq(irq, false);
}

Test(pl031, tells_what_it_is, .init = pl031)
{
    static const unsigned id[] = {0x31, 0x10, 0x14, 0, 0x0d, 0xf0, 0x05, 0xb1};

    for (unsigned i = 0; i < 8; i++)
        cr_assert_eq(pget(0xfe0 + 4 * i), id[i]);
    cr_assert_eq(pget(0x20), 0);
}
