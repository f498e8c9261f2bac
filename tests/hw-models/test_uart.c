/*
 * UART, through its registers as a driver uses them.
 */
#include "uart.h"
#include <criterion/criterion.h>
#include <string.h>

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };
enum { BYTE_NS = 1000 };

static struct hw_clock c;
static struct hw_uart u;
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

static uint8_t get(uint64_t r)
{
    return (uint8_t)hw_uart_read(&u, r, 1);
}

static void put(uint64_t r, uint8_t value)
{
    hw_uart_write(&u, r, 1, value);
}

static void at_once(void)
{
    hw_clock_init(&c);
    hw_uart_init(&u, &c, 0, byte_out, irq_set, NULL);
}

static void in_time(void)
{
    hw_clock_init(&c);
    hw_uart_init(&u, &c, BYTE_NS, byte_out, irq_set, NULL);
    put(IIR, 1);
}

Test(uart, sends_at_once_without_a_byte_time, .init = at_once)
{
    put(RBR, 'a');
    put(RBR, 'b');
    cr_assert_eq(strcmp(sent, "ab"), 0);
    cr_assert_eq(get(LSR), 0x60);
}

Test(uart, sends_a_byte_per_byte_time, .init = in_time)
{
    put(RBR, 'x');
    cr_assert_eq(get(LSR), 0x20, "FIFO empty, shift register busy");
    put(RBR, 'y');
    cr_assert_eq(get(LSR), 0);
    hw_clock_advance(&c, BYTE_NS - 1);
    cr_assert_eq(sent_count, 0);
    hw_clock_advance(&c, BYTE_NS);
    cr_assert_eq(sent_count, 1);
    cr_assert_eq(get(LSR), 0x20);
    hw_clock_advance(&c, 2 * BYTE_NS);
    cr_assert_eq(strcmp(sent, "xy"), 0);
    cr_assert_eq(get(LSR), 0x60);
}

Test(uart, interrupts_when_the_transmitter_empties, .init = in_time)
{
    put(IER, 2);
    cr_assert(irq, "empty already");
    cr_assert_eq(get(IIR), 0xc2);
    cr_assert_not(irq, "reading IIR answers it");
    put(RBR, 'x');
    cr_assert(irq, "moved on to the shift register");
    put(RBR, 'y');
    cr_assert_not(irq);
    hw_clock_advance(&c, BYTE_NS);
    cr_assert(irq);
}

Test(uart, takes_sixteen_bytes_then_overruns, .init = in_time)
{
    for (int i = 0; i < HW_UART_FIFO; i++)
        cr_assert(hw_uart_input(&u, (uint8_t)i));
    cr_assert_eq(hw_uart_room(&u), 0);
    cr_assert_not(hw_uart_input(&u, 99));
    cr_assert_eq(get(LSR) & 3, 3);
    cr_assert_eq(get(LSR) & 3, 1, "overrun is told once");
    for (int i = 0; i < HW_UART_FIFO; i++)
        cr_assert_eq(get(RBR), i);
    cr_assert_eq(get(RBR), 0);
    cr_assert_eq(get(LSR) & 1, 0);
}

Test(uart, is_one_byte_deep_without_fifo, .init = at_once)
{
    cr_assert(hw_uart_input(&u, 'a'));
    cr_assert_not(hw_uart_input(&u, 'b'));
    cr_assert_eq(get(RBR), 'a');
}

Test(uart, tells_trigger_level_from_timeout, .init = in_time)
{
    put(IIR, 0x41); /* trigger at 4 */
    put(IER, 1);
    hw_uart_input(&u, 1);
    cr_assert_eq(get(IIR), 0xcc);
    for (int i = 0; i < 3; i++)
        hw_uart_input(&u, 1);
    cr_assert_eq(get(IIR), 0xc4);
    cr_assert(irq);
    put(IIR, 0x43); /* clear receive FIFO */
    cr_assert_not(irq);
    cr_assert_eq(get(IIR), 0xc1);
}

Test(uart, names_the_most_urgent_reason_first, .init = at_once)
{
    put(MCR, 0x10);
    put(MCR, 0x11); /* DTR to DSR in loopback: a modem change */
    put(MCR, 0x01);
    hw_uart_input(&u, 'a');
    hw_uart_input(&u, 'b'); /* overrun */
    put(IER, 0x0f);
    cr_assert_eq(get(IIR), 0x06);
    get(LSR);
    cr_assert_eq(get(IIR), 0x04);
    get(RBR);
    cr_assert_eq(get(IIR), 0x02);
    cr_assert_eq(get(IIR), 0x00);
    get(MSR);
    cr_assert_eq(get(IIR), 0x01);
    cr_assert_not(irq);
}

Test(uart, loops_back, .init = at_once)
{
    put(MCR, 0x1f);
    cr_assert_eq(get(MSR) & 0xf0, 0xf0);
    put(RBR, 'z');
    cr_assert_eq(sent_count, 0);
    cr_assert_eq(get(RBR), 'z');
    cr_assert_not(hw_uart_input(&u, 'a'), "the line is disconnected");
    cr_assert_eq(hw_uart_room(&u), 0);
    put(MCR, 0x12);
    cr_assert_eq(get(MSR) & 0xf0, 0x10, "RTS is CTS");
}

Test(uart, has_a_divisor_behind_dlab, .init = at_once)
{
    put(LCR, 0x83);
    put(RBR, 0x12);
    put(IER, 0x34);
    cr_assert_eq(get(RBR), 0x12);
    cr_assert_eq(get(IER), 0x34);
    put(LCR, 0x03);
    cr_assert_eq(get(IER), 0);
    cr_assert_eq(sent_count, 0);
}

Test(uart, keeps_scratch_and_shows_a_ready_modem, .init = at_once)
{
    put(SCR, 0xa5);
    cr_assert_eq(get(SCR), 0xa5);
    cr_assert_eq(get(MSR), 0xb0);
    cr_assert_eq(get(8), 0);
    put(8, 1);
}

Test(uart, switching_fifos_clears_them, .init = in_time)
{
    hw_uart_input(&u, 'a');
    put(IIR, 0);
    cr_assert_eq(get(LSR) & 1, 0);
    cr_assert_eq(get(IIR), 1);
}
