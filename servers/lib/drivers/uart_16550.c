/*
 * The 16550 and its family: registers one byte apart.
 *
 * Source: PC16550D data sheet (National Semiconductor, 1995), section 8.
 */
#include "uart.h"
#include <l4/vitrine/mmio.h>

enum {
    THR = 0, /* write: byte to send */
    RBR = 0, /* read: byte received */
    IER = 1, /* which interrupts are wanted */
    IIR = 2, /* read: which interrupt it is */
    FCR = 2, /* write: FIFO control */
    LCR = 3, /* word format */
    LSR = 5, /* state of the line */
};
enum {
    FIFO_BYTES = 16,
    IER_RECEIVED = 1,
    IER_SENT = 2,
    FCR_ENABLE = 1,
    LCR_8_BITS = 3,
    LSR_RECEIVED = 1, /* there is a byte to read */
    LSR_SENT = 0x20,  /* THRE: the FIFO is empty */
    LSR_IDLE = 0x40,  /* TEMT: and the last byte has left */
};

static void init(l4_addr_t r)
{
    mmio_write8(r + IER, 0);
    mmio_write8(r + LCR, LCR_8_BITS);
    mmio_write8(r + FCR, FCR_ENABLE);
}

static void listen(l4_addr_t r, bool sent, bool received)
{
    mmio_write8(r + IER, (l4_uint8_t)((sent ? IER_SENT : 0) |
                                      (received ? IER_RECEIVED : 0)));
}

/* It tells when its FIFO is empty, not how full it is. */
static size_t fill(l4_addr_t r, const char *text, size_t length)
{
    size_t n = 0;
    if (mmio_read8(r + LSR) & LSR_SENT)
        for (; n < FIFO_BYTES && n < length; n++)
            mmio_write8(r + THR, (l4_uint8_t)text[n]);
    return n;
}

static void acknowledge(l4_addr_t r)
{
    mmio_read8(r + IIR);
}

static bool is_idle(l4_addr_t r)
{
    return mmio_read8(r + LSR) & LSR_IDLE;
}

static int receive(l4_addr_t r)
{
    return mmio_read8(r + LSR) & LSR_RECEIVED ? mmio_read8(r + RBR) : -1;
}

const struct uart_kind uart_16550 = {
    .compatible = "ns16550a",
    .init = init,
    .listen = listen,
    .fill = fill,
    .acknowledge = acknowledge,
    .is_idle = is_idle,
    .receive = receive,
};
