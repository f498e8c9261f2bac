/*
 * Part 1: a serial port with interrupts (see serial.h).
 *
 * device_wait(d, L4_IPC_NEVER) unmasks the device's interrupt and sleeps until
 * it comes.
 */
#include "serial.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/mmio.h>

void serial_start(struct device *d)
{
    mmio_write8(d->registers + SERIAL_IER, 0);
    mmio_write8(d->registers + SERIAL_FCR, SERIAL_FCR_ENABLE);
}

long serial_write(struct device *d, const char *text, unsigned length)
{
    l4_addr_t r = d->registers;
    mmio_write8(r + SERIAL_IER, SERIAL_IER_SENT);
    while (length) {
        /* It may be the end of somebody else's text that is on its way. */
        if (mmio_read8(r + SERIAL_LSR) & SERIAL_LSR_SENT)
            for (unsigned i = 0; i < SERIAL_FIFO && length; i++, length--)
                mmio_write8(r + SERIAL_THR, (l4_uint8_t)*text++);
        if (!length)
            break;
        device_wait(d, L4_IPC_NEVER);
        mmio_read8(r + SERIAL_IIR);
    }
    mmio_write8(r + SERIAL_IER, 0);
    return 0;
}
