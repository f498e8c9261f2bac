/*
 * A driver's devices from a virtual bus (servers/io), for device.c.
 */
#ifndef DRIVERS_BUS_H
#define DRIVERS_BUS_H

#include "device.h"
#include <l4/re/c/dma_space.h>

/* Has this program a bus? Its devices come from there then, and only there. */
bool bus_is_there(void);

/* As of vbus.iface: 0, or an error of it. */
long bus_device(unsigned n, struct l4_vitrine_device *ret_device);
long bus_registers(const struct l4_vitrine_device *d, l4_addr_t page,
                   l4_fpage_t place);
long bus_interrupt(const struct l4_vitrine_device *d, l4_cap_idx_t irq);
long bus_dma(l4re_dma_space_t space);

#endif
