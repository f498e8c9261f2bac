/*
 * A driver written with L4Re's functions only: what its parts share.
 */
#ifndef VBUS_DRIVER_H
#define VBUS_DRIVER_H

#include <l4/io/io.h>
#include <l4/vbus/vbus.h>
#include <stdbool.h>
#include <stddef.h>

enum { WAIT_US = 5000000 };

/* Says so if it is not as wanted; then the program's exit code is 1. */
void fact(const char *what, long got, long wanted);
/* An IRQ object that the device's next line from there on triggers. */
l4_cap_idx_t irq_of(l4io_device_handle_t dev, l4io_resource_handle_t from);
/* Does the interrupt come? */
bool irq_came(l4_cap_idx_t irq);

/* vbus_disk.c: the first sector of a disk, by the disk. */
void disk_reads(void);
/* vbus_refusals.c: what is answered to who asks for the wrong things. */
void refusals(void);

#endif
