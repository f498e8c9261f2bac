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
    (void)d;
    /* TODO: no interrupts yet; FIFOs on */
}

long serial_write(struct device *d, const char *text, unsigned length)
{
    (void)d;
    (void)text;
    (void)length;
    /* TODO: as many bytes per interrupt as the FIFO takes; asleep between
     * them; back when the last byte is out */
    return -L4_ENOSYS;
}
