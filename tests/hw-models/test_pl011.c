/*
 * PL011, through its registers as a driver uses them.
 */
#include "pl011.h"
#include <criterion/criterion.h>
#include <string.h>

enum { DR = 0, RSR = 4, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR = 0x2c };
enum { CR = 0x30, IFLS = 0x34, IMSC = 0x38, RIS = 0x3c, MIS = 0x40 };
enum { ICR = 0x44, DMACR = 0x48 };
enum { BUSY = 8, RX_EMPTY = 0x10, TX_FULL = 0x20, RX_FULL = 0x40 };
enum { TX_EMPTY = 0x80, INT_RX = 0x10, INT_TX = 0x20, INT_OVERRUN = 0x400 };
enum { BYTE_NS = 1000, FIFO_ON = 0x70 };

static struct hw_clock c;
static struct hw_pl011 u;
static char sent[64];
static int sent_count;
static bool irq;

static void byte_out(void *data, uint8_t byte)
{
    (void)data;
    sent[sent_count++] = (char)byte;
}

static void irq_set(void *data, bool raised)
{
    (void)data;
    irq = raised;
}

static uint32_t get(uint64_t r)
{
    return (uint32_t)hw_pl011_read(&u, r, 4);
}

static void put(uint64_t r, uint32_t value)
{
    hw_pl011_write(&u, r, 4, value);
}

static void in_time(void)
{
    hw_clock_init(&c);
    hw_pl011_init(&u, &c, BYTE_NS, byte_out, irq_set, NULL);
    put(LCR, FIFO_ON);
}

static void at_once(void)
{
    hw_clock_init(&c);
    hw_pl011_init(&u, &c, 0, byte_out, irq_set, NULL);
}

Test(pl011, starts_idle, .init = at_once)
{
    cr_assert_eq(get(FR), RX_EMPTY | TX_EMPTY);
    cr_assert_eq(get(CR), 0x300);
    cr_assert_eq(get(IFLS), 0x12);
    cr_assert_eq(get(RIS), 0);
    cr_assert_eq(get(DR), 0);
}

Test(pl011, plain_registers_keep_what_is_written, .init = at_once)
{
    static const unsigned r[] = {0x20, IBRD, FBRD, LCR, CR, IFLS, IMSC, DMACR};

    for (unsigned i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
        put(r[i], 0x15 + i);
        cr_assert_eq(get(r[i]), 0x15 + i, "register %#x", r[i]);
    }
}

Test(pl011, sends_at_once_without_a_byte_time, .init = at_once)
{
    put(DR, 'a');
    put(DR, 'b');
    cr_assert_eq(strcmp(sent, "ab"), 0);
    cr_assert_eq(get(RIS), INT_TX);
}

Test(pl011, sends_a_byte_per_byte_time, .init = in_time)
{
    put(DR, 'a');
    put(DR, 'b');
    cr_assert_eq(get(FR), BUSY | RX_EMPTY);
    hw_clock_advance(&c, BYTE_NS);
    cr_assert_eq(strcmp(sent, "a"), 0);
    cr_assert_eq(get(FR), BUSY | RX_EMPTY | TX_EMPTY);
    hw_clock_advance(&c, 2 * BYTE_NS);
    cr_assert_eq(strcmp(sent, "ab"), 0);
    cr_assert_eq(get(FR), RX_EMPTY | TX_EMPTY);
}

Test(pl011, fifo_takes_sixteen_and_one_on_the_wire, .init = in_time)
{
    for (int i = 0; i < 17; i++) {
        cr_assert_not(get(FR) & TX_FULL);
        put(DR, 'x');
    }
    cr_assert(get(FR) & TX_FULL);
    put(DR, 'y'); /* lost */
    hw_clock_advance(&c, 20 * BYTE_NS);
    cr_assert_eq(sent_count, 17);
}

Test(pl011, sent_interrupt_comes_when_the_fifo_runs_empty, .init = in_time)
{
    put(IMSC, INT_TX);
    cr_assert_eq(irq, false);
    put(DR, 'a');
    put(DR, 'b');
    put(DR, 'c');
    cr_assert_eq(irq, false);
    hw_clock_advance(&c, 2 * BYTE_NS);
    cr_assert_eq(irq, true);
    cr_assert_eq(get(MIS), INT_TX);
    put(ICR, INT_TX);
    cr_assert_eq(irq, false);
}

Test(pl011, receives_with_an_interrupt, .init = in_time)
{
    put(IMSC, INT_RX);
    cr_assert(hw_pl011_input(&u, 'q'));
    cr_assert_eq(irq, true);
    cr_assert_not(get(FR) & RX_EMPTY);
    cr_assert_eq(get(DR), 'q');
    cr_assert_eq(irq, false);
    cr_assert(get(FR) & RX_EMPTY);
}

Test(pl011, a_byte_too_many_is_an_overrun, .init = in_time)
{
    for (int i = 0; i < 16; i++)
        cr_assert(hw_pl011_input(&u, (uint8_t)i));
    cr_assert(get(FR) & RX_FULL);
    cr_assert_not(hw_pl011_input(&u, 99));
    cr_assert_eq(get(RSR), 8);
    cr_assert(get(RIS) & INT_OVERRUN);
    put(RSR, 0);
    cr_assert_eq(get(RSR), 0);
    for (uint32_t i = 0; i < 16; i++)
        cr_assert_eq(get(DR), i);
}

Test(pl011, without_fifo_there_is_one_byte, .init = at_once)
{
    cr_assert(hw_pl011_input(&u, 1));
    cr_assert_not(hw_pl011_input(&u, 2));
    put(LCR, FIFO_ON);
    cr_assert(get(FR) & RX_EMPTY, "switching empties it");
}

Test(pl011, tells_what_it_is, .init = at_once)
{
    static const unsigned id[] = {0x11, 0x10, 0x14, 0, 0x0d, 0xf0, 0x05, 0xb1};

    for (unsigned i = 0; i < 8; i++)
        cr_assert_eq(get(0xfe0 + 4 * i), id[i]);
}
