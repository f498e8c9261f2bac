/*
 * UART: a 16550A as drivers see it.
 *
 *   THR --> tx FIFO --> shift register --> output()      (or, in loopback,
 *   RBR <-- rx FIFO <---------------------- input()       straight to rx)
 *
 * With FIFOs off (FCR bit 0 clear) each is one byte deep. The shift register
 * holds a byte for `byte_ns`; LSR.THRE speaks of the FIFO, LSR.TEMT of both.
 * One interrupt line; IIR names the most urgent reason:
 *
 *   0x06 line status (overrun)   > 0x04 data at trigger level
 *   0x0c data below trigger      > 0x02 transmitter FIFO empty
 *   0x00 modem status            > 0x01 none
 *
 * Invariants:
 * I1  raised == (reason_now() != none).
 * I2  the shift register is busy exactly while tx_event is queued.
 * I3  bytes in the tx FIFO imply a busy shift register.
 *
 * Simplified: data below the trigger level is reported as "character
 * timeout" at once, not after four character times. Baud rate, parity and
 * break are kept in their registers and change nothing. Not modelled: OUT2
 * as the interrupt's gate, DMA modes.
 * Source: PC16550D data sheet (National Semiconductor, 1995), section 8.
 */
#include "uart.h"

enum { RBR = 0, IER = 1, IIR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };
enum { IER_RX = 1, IER_TX = 2, IER_LINE = 4, IER_MODEM = 8 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_CLEAR_TX = 4 };
enum { LSR_DATA = 1, LSR_OVERRUN = 2, LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum { LCR_DLAB = 0x80, MCR_LOOP = 0x10, MCR_BITS = 0x1f };
enum { MSR_LINES = 0xf0, MSR_RI = 0x40, MSR_CONNECTED = 0xb0 };
enum {
    REASON_MODEM = 0x00,
    REASON_NONE = 0x01,
    REASON_TX = 0x02,
    REASON_RX = 0x04,
    REASON_LINE = 0x06,
    REASON_TIMEOUT = 0x0c,
    REASON_FIFO_ON = 0xc0,
};

static bool fifo_is_on(const struct hw_uart *u)
{
    return u->fcr & FCR_ENABLE;
}

static unsigned fifo_depth(const struct hw_uart *u)
{
    return fifo_is_on(u) ? HW_UART_FIFO : 1;
}

static unsigned rx_trigger(const struct hw_uart *u)
{
    static const unsigned char level[4] = {1, 4, 8, 14};

    return fifo_is_on(u) ? level[u->fcr >> 6] : 1;
}

static uint8_t reason_now(const struct hw_uart *u)
{
    if ((u->ier & IER_LINE) && (u->lsr & LSR_OVERRUN))
        return REASON_LINE;
    if ((u->ier & IER_RX) && u->rx_count)
        return u->rx_count >= rx_trigger(u) ? REASON_RX : REASON_TIMEOUT;
    if ((u->ier & IER_TX) && u->thre_pending)
        return REASON_TX;
    if ((u->ier & IER_MODEM) && u->msr_delta)
        return REASON_MODEM;
    return REASON_NONE;
}

/* Restores I1. */
static void irq_update(struct hw_uart *u)
{
    bool raised = reason_now(u) != REASON_NONE;

    if (raised == u->raised)
        return;
    u->raised = raised;
    if (u->irq)
        u->irq(u->data, raised);
}

/* The modem lines as MSR shows them: a peer that is always ready, or in
 * loopback our own outputs (RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to
 * DCD). */
static uint8_t modem_lines(const struct hw_uart *u)
{
    uint8_t m = u->mcr;

    if (!(m & MCR_LOOP))
        return MSR_CONNECTED;
    return (uint8_t)((m & 2) << 3 | (m & 1) << 5 | (m & 4) << 4 | (m & 8) << 4);
}

/* A change of the lines sets the delta bits; RI counts when it goes off. */
static void modem_update(struct hw_uart *u, uint8_t before)
{
    uint8_t now = modem_lines(u);
    uint8_t changed = (before ^ now) & ~MSR_RI;

    changed |= before & ~now & MSR_RI;
    u->msr_delta |= changed >> 4;
}

static bool rx_push(struct hw_uart *u, uint8_t byte)
{
    if (u->rx_count == fifo_depth(u)) {
        u->lsr |= LSR_OVERRUN;
        return false;
    }
    u->rx[(u->rx_first + u->rx_count++) % HW_UART_FIFO] = byte;
    return true;
}

static uint8_t rx_pop(struct hw_uart *u)
{
    uint8_t byte = u->rx[u->rx_first];

    if (!u->rx_count)
        return 0;
    u->rx_first = (u->rx_first + 1) % HW_UART_FIFO;
    u->rx_count--;
    return byte;
}

static void byte_leaves(struct hw_uart *u)
{
    if (u->mcr & MCR_LOOP)
        rx_push(u, u->shift);
    else if (u->output)
        u->output(u->data, u->shift);
}

/* Moves bytes from the FIFO through the shift register until that is busy
 * or nothing is left. Without a clock, or without memory for the event, a
 * byte takes no time. */
static void transmit(struct hw_uart *u)
{
    while (u->tx_count && u->tx_event.place < 0) {
        u->shift = u->tx[u->tx_first];
        u->tx_first = (u->tx_first + 1) % HW_UART_FIFO;
        u->thre_pending = --u->tx_count == 0;
        if (!u->byte_ns ||
            hw_clock_set(u->clock, &u->tx_event, u->clock->now + u->byte_ns))
            byte_leaves(u);
    }
    irq_update(u);
}

static void tx_done(void *data)
{
    struct hw_uart *u = data;

    byte_leaves(u);
    transmit(u);
}

static void thr_write(struct hw_uart *u, uint8_t byte)
{
    u->thre_pending = false;
    /* A byte too many overwrites the last one, as the chip does. */
    if (u->tx_count == fifo_depth(u))
        u->tx_count--;
    u->tx[(u->tx_first + u->tx_count++) % HW_UART_FIFO] = byte;
    transmit(u);
}

static void ier_write(struct hw_uart *u, uint8_t value)
{
    if ((value & ~u->ier & IER_TX) && !u->tx_count)
        u->thre_pending = true;
    u->ier = value & (IER_RX | IER_TX | IER_LINE | IER_MODEM);
}

static void fcr_write(struct hw_uart *u, uint8_t value)
{
    if ((value ^ u->fcr) & FCR_ENABLE)
        value |= FCR_CLEAR_RX | FCR_CLEAR_TX;
    if (value & FCR_CLEAR_RX)
        u->rx_count = 0;
    if ((value & FCR_CLEAR_TX) && u->tx_count) {
        u->tx_count = 0;
        u->thre_pending = true;
    }
    u->fcr = value & ~(FCR_CLEAR_RX | FCR_CLEAR_TX);
}

static void mcr_write(struct hw_uart *u, uint8_t value)
{
    uint8_t before = modem_lines(u);

    u->mcr = value & MCR_BITS;
    modem_update(u, before);
}

static uint8_t iir_read(struct hw_uart *u)
{
    uint8_t reason = reason_now(u);

    if (reason == REASON_TX)
        u->thre_pending = false;
    return reason | (fifo_is_on(u) ? REASON_FIFO_ON : 0);
}

static uint8_t lsr_read(struct hw_uart *u)
{
    uint8_t lsr = u->lsr;

    u->lsr = 0;
    if (u->rx_count)
        lsr |= LSR_DATA;
    if (!u->tx_count)
        lsr |= LSR_THRE;
    if (!u->tx_count && u->tx_event.place < 0)
        lsr |= LSR_TEMT;
    return lsr;
}

static uint8_t msr_read(struct hw_uart *u)
{
    uint8_t msr = modem_lines(u) | u->msr_delta;

    u->msr_delta = 0;
    return msr;
}

static uint8_t register_read(struct hw_uart *u, uint64_t offset)
{
    bool dlab = u->lcr & LCR_DLAB;

    switch (offset) {
    case RBR:
        return dlab ? u->dll : rx_pop(u);
    case IER:
        return dlab ? u->dlm : u->ier;
    case IIR:
        return iir_read(u);
    case LCR:
        return u->lcr;
    case MCR:
        return u->mcr;
    case LSR:
        return lsr_read(u);
    case MSR:
        return msr_read(u);
    case SCR:
        return u->scr;
    default:
        return 0;
    }
}

void hw_uart_init(struct hw_uart *u, struct hw_clock *clock, uint64_t byte_ns,
                  void (*output)(void *data, uint8_t byte),
                  void (*irq)(void *data, bool raised), void *data)
{
    *u = (struct hw_uart){.clock = clock,
                          .byte_ns = clock ? byte_ns : 0,
                          .output = output,
                          .irq = irq,
                          .data = data};
    hw_event_init(&u->tx_event, tx_done, u);
}

uint64_t hw_uart_read(struct hw_uart *u, uint64_t offset, unsigned size)
{
    uint8_t value = register_read(u, offset);

    (void)size;
    irq_update(u);
    return value;
}

void hw_uart_write(struct hw_uart *u, uint64_t offset, unsigned size,
                   uint64_t value)
{
    bool dlab = u->lcr & LCR_DLAB;
    uint8_t byte = (uint8_t)value;

    (void)size;
    switch (offset) {
    case RBR:
        dlab ? (void)(u->dll = byte) : thr_write(u, byte);
        break;
    case IER:
        dlab ? (void)(u->dlm = byte) : ier_write(u, byte);
        break;
    case IIR:
        fcr_write(u, byte);
        break;
    case LCR:
        u->lcr = byte;
        break;
    case MCR:
        mcr_write(u, byte);
        break;
    case SCR:
        u->scr = byte;
        break;
    default:
        break;
    }
    irq_update(u);
}

bool hw_uart_input(struct hw_uart *u, uint8_t byte)
{
    bool taken;

    if (u->mcr & MCR_LOOP)
        return false;
    taken = rx_push(u, byte);
    irq_update(u);
    return taken;
}

unsigned hw_uart_room(const struct hw_uart *u)
{
    return u->mcr & MCR_LOOP ? 0 : fifo_depth(u) - u->rx_count;
}
