/*
 * Part 1: a serial port of the 16550 family. You write serial.c.
 *
 *      register     offset  bits
 *      THR (write)  0       the byte to send
 *      IER          1       which interrupts are wanted: SERIAL_IER_SENT
 *      IIR (read)   2       which interrupt it was; reading it takes "sent"
 *                           back
 *      FCR (write)  2       SERIAL_FCR_ENABLE: FIFOs of 16 bytes each way
 *      LSR (read)   5       SERIAL_LSR_SENT: the FIFO is empty;
 *                           SERIAL_LSR_IDLE: and the last byte is out, too
 *
 * Registers are bytes: mmio_read8(), mmio_write8() (<l4/vitrine/mmio.h>). A
 * byte takes 87 us on the wire.
 */
#ifndef SERIAL_H
#define SERIAL_H

#include "device.h"

enum { SERIAL_THR = 0, SERIAL_IER = 1, SERIAL_IIR = 2, SERIAL_FCR = 2 };
enum { SERIAL_LSR = 5 };
enum {
    SERIAL_IER_SENT = 2,
    SERIAL_FCR_ENABLE = 1,
    SERIAL_LSR_SENT = 0x20,
    SERIAL_LSR_IDLE = 0x40,
    SERIAL_FIFO = 16,
};

/* The driver's protocol: MR0 bytes (at most TEXT_MAX), then the text. The
 * answer comes when the last byte is out. */
enum { WRITE_PROTOCOL = 0x701, TEXT_MAX = 400 };

/* Yours. Once, before the first text; the device is as the machine left it. */
void serial_start(struct device *d);
/* Yours. Sends text; returns when all of it is out: 0, or an L4 error. */
long serial_write(struct device *d, const char *text, unsigned length);

#endif
