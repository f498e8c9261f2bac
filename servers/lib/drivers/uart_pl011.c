/*
 * The PL011, Arm's serial port: registers of 32 bits.
 *
 * Speed and enables are left as the firmware set them.
 * Source: ARM PrimeCell UART (PL011) Technical Reference Manual, chapter 3.
 */
#include "uart.h"
#include <l4/vitrine/mmio.h>

enum {
    DR = 0x00,    /* write: byte to send; read: byte received */
    FR = 0x18,    /* flags */
    LCR_H = 0x2c, /* word format, FIFOs */
    IMSC = 0x38,  /* which interrupts are wanted */
    ICR = 0x44,   /* write: which were seen */
};
enum {
    FIFO_BYTES = 16,
    FR_BUSY = 0x08,
    FR_RX_EMPTY = 0x10,
    FR_TX_FULL = 0x20,
    LCR_FIFO = 0x10,
    LCR_8_BITS = 0x60,
    INT_RECEIVED = 0x10,
    INT_TIMEOUT = 0x40, /* received, but fewer than the FIFO waits for */
    INT_SENT = 0x20,
    INT_ALL = 0x7ff,
};

static void init(l4_addr_t r)
{
    mmio_write32(r + IMSC, 0);
    mmio_write32(r + LCR_H, LCR_8_BITS | LCR_FIFO);
    mmio_write32(r + ICR, INT_ALL);
}

static void listen(l4_addr_t r, bool sent, bool received)
{
    mmio_write32(r + IMSC, (sent ? INT_SENT : 0) |
                               (received ? INT_RECEIVED | INT_TIMEOUT : 0));
}

/* At most a FIFO's worth, so that there is an interrupt for each. */
static size_t fill(l4_addr_t r, const char *text, size_t length)
{
    size_t n = 0;
    while (n < FIFO_BYTES && n < length && !(mmio_read32(r + FR) & FR_TX_FULL))
        mmio_write32(r + DR, (l4_uint8_t)text[n++]);
    return n;
}

static void acknowledge(l4_addr_t r)
{
    mmio_write32(r + ICR, INT_SENT);
}

static bool is_idle(l4_addr_t r)
{
    return !(mmio_read32(r + FR) & FR_BUSY);
}

static int receive(l4_addr_t r)
{
    if (mmio_read32(r + FR) & FR_RX_EMPTY)
        return -1;
    return (int)(mmio_read32(r + DR) & 0xff);
}

const struct uart_kind uart_pl011 = {
    .compatible = "arm,pl011",
    .init = init,
    .listen = listen,
    .fill = fill,
    .acknowledge = acknowledge,
    .is_idle = is_idle,
    .receive = receive,
};
