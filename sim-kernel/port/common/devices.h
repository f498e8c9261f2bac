/*
 * Devices for user level: what the device tree says of those that somebody may
 * drive. (What the kernel drives itself, interrupt controllers and timers, is
 * not among them; nor is what could end the machine.)
 */
#ifndef PORT_DEVICES_H
#define PORT_DEVICES_H

#include "fdt.h"
#include <l4/vitrine/bootinfo.h>

/* Fills `list` by base, at most `room`; how many there are. Interrupt lines
 * are numbered as the port's: the PLIC's sources, the GIC's SPIs. */
unsigned devices_find(const struct fdt *f, struct l4_vitrine_device *list,
                      unsigned room);

/* Puts d where it belongs in a list of `count` that has room for one more. */
void devices_insert(struct l4_vitrine_device *list, unsigned count,
                    const struct l4_vitrine_device *d);

#endif
