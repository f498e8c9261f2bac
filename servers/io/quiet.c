/*
 * Devices whose driver is gone are made quiet (see io.h).
 *
 *      virtio        reset: its queues are in memory that is let go next
 *      serial ports  no interrupts; what is in the FIFO still goes out
 *      clocks        no alarm
 *      ramfb         shows a small black picture of io's own, since there is no
 *                    way to take the screen's memory away from it
 *
 * What is not in this list does nothing by itself.
 */
#include "io.h"
#include "ramfb.h"
#include "rtc.h"
#include "uart.h"
#include <l4/vitrine/mmio.h>
#include <string.h>

enum { STATUS = 0x070, TRIES = 1000000 };

static const struct uart_kind *const ports[] = {&uart_16550, &uart_pl011};
static const struct rtc_kind *const clocks[] = {&rtc_goldfish, &rtc_pl031,
                                                &rtc_cmos};
enum {
    PORTS = sizeof ports / sizeof ports[0],
    CLOCKS = sizeof clocks / sizeof clocks[0],
};

/* There is one screen of this kind at most. */
static struct ramfb blank;
static bool has_blank;

long quiet_prepare(const struct io_device *d)
{
    if (strcmp(d->kind, RAMFB_COMPATIBLE))
        return 0;
    long error = ramfb_blank(&blank, d->registers);
    has_blank = !error;
    return error == -L4_ENODEV ? 0 : error; /* there is no screen there */
}

/* A device may take its time (VIRTIO 1.2, section 4.2.3.1). */
static void virtio_quiet(l4_addr_t r)
{
    mmio_write32(r + STATUS, 0);
    for (unsigned i = 0; i < TRIES && mmio_read32(r + STATUS); i++)
        ;
}

void device_quiet(const struct io_device *d)
{
    if (d->is_virtio)
        virtio_quiet(d->registers);
    for (unsigned i = 0; i < PORTS; i++)
        if (!strcmp(d->kind, ports[i]->compatible))
            ports[i]->listen(d->registers, false, false);
    for (unsigned i = 0; i < CLOCKS; i++)
        if (!strcmp(d->kind, clocks[i]->compatible))
            clocks[i]->quiet(d->registers);
    if (has_blank && !strcmp(d->kind, RAMFB_COMPATIBLE))
        ramfb_show(&blank);
}
