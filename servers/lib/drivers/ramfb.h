/*
 * A frame buffer in RAM: QEMU's ramfb, told where it is through the firmware
 * configuration device.
 */
#ifndef DRIVERS_RAMFB_H
#define DRIVERS_RAMFB_H

#include "device.h"

#define RAMFB_COMPATIBLE "qemu,fw-cfg-mmio"

enum { RAMFB_PIXEL = 4 }; /* bytes: blue, green, red, nothing */

struct ramfb {
    l4_addr_t registers;
    struct device_memory request; /* what the device is asked for */
    struct device_memory pixels;
    unsigned width, height;
    unsigned key; /* of the file that has the screen's place */
};

/* A picture of this size, black, from now on the screen's. 0, -L4_ENODEV:
 * there is no screen, -L4_ENOMEM, -L4_EIO: the machine does not want it. */
long ramfb_open(struct ramfb *f, unsigned width, unsigned height);
/* A small black picture for a screen with these registers, to be shown later:
 * then memory of others is on it no longer. Errors as above. */
long ramfb_blank(struct ramfb *f, l4_addr_t registers);
/* Its picture is the screen's. 0, -L4_EIO. */
long ramfb_show(const struct ramfb *f);

#endif
