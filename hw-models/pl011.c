/*
 * PL011 (see pl011.h).
 *
 *   DR --> tx FIFO --> shift register --> output()
 *   DR <-- rx FIFO <--------------------- input()
 *
 * The raw status (RIS) has a bit for each reason; the line is up while one is
 * wanted (IMSC). Received: while there is a byte (as QEMU has it; the chip
 * waits for a level). Sent: set when the FIFO runs empty, so there is none
 * before the first byte was written; cleared by ICR or the next byte. (QEMU:
 * with every byte, as each leaves at once.)
 *
 * Invariants:
 * I1  raised == ((status & mask) != 0).
 * I2  the shift register is busy exactly while tx_event is queued.
 *
 * Not modelled: trigger levels (kept in IFLS), modem lines, break, parity,
 * loopback, IrDA, DMA. CR's enables are kept and change nothing.
 */
#include "pl011.h"
#include <stddef.h>

enum {
    DR = 0x00,
    RSR = 0x04,
    FR = 0x18,
    ILPR = 0x20,
    IBRD = 0x24,
    FBRD = 0x28,
    LCR_H = 0x2c,
    CR = 0x30,
    IFLS = 0x34,
    IMSC = 0x38,
    RIS = 0x3c,
    MIS = 0x40,
    ICR = 0x44,
    DMACR = 0x48,
    ID = 0xfe0, /* eight bytes, one to a word */
    ID_END = 0x1000,
};
enum {
    FR_BUSY = 0x08,
    FR_RX_EMPTY = 0x10,
    FR_TX_FULL = 0x20,
    FR_RX_FULL = 0x40,
    FR_TX_EMPTY = 0x80,
};
enum { INT_RX = 0x10, INT_TX = 0x20, INT_OVERRUN = 0x400 };
enum { LCR_FIFO = 0x10, RSR_OVERRUN = 8 };
enum { CR_AT_RESET = 0x300, IFLS_AT_RESET = 0x12 };

static unsigned fifo_depth(const struct hw_pl011 *u)
{
    return u->lcr & LCR_FIFO ? HW_PL011_FIFO : 1;
}

/* Keeps I1. */
static void irq_update(struct hw_pl011 *u)
{
    bool raised = (u->status & u->mask) != 0;

    if (raised == u->raised)
        return;
    u->raised = raised;
    if (u->irq)
        u->irq(u->data, raised);
}

static void byte_leaves(struct hw_pl011 *u)
{
    if (u->output)
        u->output(u->data, u->shift);
}

/* Moves bytes from the FIFO through the shift register until that is busy
 * (I2) or nothing is left. */
static void transmit(struct hw_pl011 *u)
{
    while (u->tx_count && u->tx_event.place < 0) {
        u->shift = u->tx[u->tx_first];
        u->tx_first = (u->tx_first + 1) % HW_PL011_FIFO;
        if (!--u->tx_count)
            u->status |= INT_TX;
        if (!u->byte_ns ||
            hw_clock_set(u->clock, &u->tx_event, u->clock->now + u->byte_ns))
            byte_leaves(u);
    }
    irq_update(u);
}

static void tx_done(void *data)
{
    struct hw_pl011 *u = data;

    byte_leaves(u);
    transmit(u);
}

static void dr_write(struct hw_pl011 *u, uint8_t byte)
{
    if (u->tx_count == fifo_depth(u))
        return; /* a byte too many is lost */
    u->status &= ~(uint32_t)INT_TX;
    u->tx[(u->tx_first + u->tx_count++) % HW_PL011_FIFO] = byte;
    transmit(u);
}

static uint32_t dr_read(struct hw_pl011 *u)
{
    uint32_t byte = u->rx[u->rx_first];

    if (!u->rx_count)
        return 0;
    u->rx_first = (u->rx_first + 1) % HW_PL011_FIFO;
    if (!--u->rx_count)
        u->status &= ~(uint32_t)INT_RX;
    irq_update(u);
    return byte;
}

static uint32_t fr_read(const struct hw_pl011 *u)
{
    return (u->tx_event.place >= 0 || u->tx_count ? FR_BUSY : 0) |
           (u->rx_count ? 0 : FR_RX_EMPTY) |
           (u->tx_count == fifo_depth(u) ? FR_TX_FULL : 0) |
           (u->rx_count == fifo_depth(u) ? FR_RX_FULL : 0) |
           (u->tx_count ? 0 : FR_TX_EMPTY);
}

/* Turning the FIFOs on or off empties the receiver's. */
static void lcr_write(struct hw_pl011 *u, uint32_t value)
{
    if ((u->lcr ^ value) & LCR_FIFO)
        u->rx_count = 0;
    u->lcr = value;
}

/* The registers that only keep what was written; NULL: another one. */
static uint32_t *plain(struct hw_pl011 *u, uint64_t offset)
{
    switch (offset) {
    case RSR:
        return &u->errors;
    case ILPR:
        return &u->ilpr;
    case IBRD:
        return &u->ibrd;
    case FBRD:
        return &u->fbrd;
    case LCR_H:
        return &u->lcr;
    case CR:
        return &u->cr;
    case IFLS:
        return &u->ifls;
    case IMSC:
        return &u->mask;
    case DMACR:
        return &u->dmacr;
    default:
        return NULL;
    }
}

uint64_t hw_pl011_read(struct hw_pl011 *u, uint64_t offset, unsigned size)
{
    static const unsigned char id[] = {0x11, 0x10, 0x14, 0x00,
                                       0x0d, 0xf0, 0x05, 0xb1};
    const uint32_t *r = plain(u, offset);

    (void)size;
    if (offset >= ID && offset < ID_END)
        return id[(offset - ID) / 4];
    switch (offset) {
    case DR:
        return dr_read(u);
    case FR:
        return fr_read(u);
    case RIS:
        return u->status;
    case MIS:
        return u->status & u->mask;
    default:
        return r ? *r : 0;
    }
}

void hw_pl011_write(struct hw_pl011 *u, uint64_t offset, unsigned size,
                    uint64_t value)
{
    uint32_t word = (uint32_t)value, *r = plain(u, offset);

    (void)size;
    switch (offset) {
    case DR:
        dr_write(u, (uint8_t)word);
        break;
    case RSR:
        u->errors = 0; /* any value clears them */
        break;
    case LCR_H:
        lcr_write(u, word);
        break;
    case ICR:
        u->status &= ~word;
        break;
    default:
        if (r)
            *r = word;
    }
    irq_update(u);
}

void hw_pl011_init(struct hw_pl011 *u, struct hw_clock *clock, uint64_t byte_ns,
                   void (*output)(void *data, uint8_t byte),
                   void (*irq)(void *data, bool raised), void *data)
{
    *u = (struct hw_pl011){.clock = clock,
                           .byte_ns = clock ? byte_ns : 0,
                           .cr = CR_AT_RESET,
                           .ifls = IFLS_AT_RESET,
                           .output = output,
                           .irq = irq,
                           .data = data};
    hw_event_init(&u->tx_event, tx_done, u);
}

bool hw_pl011_input(struct hw_pl011 *u, uint8_t byte)
{
    bool taken = u->rx_count < fifo_depth(u);

    if (taken) {
        u->rx[(u->rx_first + u->rx_count++) % HW_PL011_FIFO] = byte;
        u->status |= INT_RX;
    } else {
        u->status |= INT_OVERRUN;
        u->errors |= RSR_OVERRUN;
    }
    irq_update(u);
    return taken;
}
