/*
 * A driver without a virtual bus (given): in the labs its devices come from
 * the machine's description, and sigma0. device.c asks here first.
 */
#include "bus.h"
#include <l4/sys/err.h>

bool bus_is_there(void)
{
    return false;
}

long bus_device(unsigned n, struct l4_vitrine_device *ret_device)
{
    (void)n;
    (void)ret_device;
    return -L4_ENODEV;
}

long bus_registers(const struct l4_vitrine_device *d, l4_addr_t page,
                   l4_fpage_t place)
{
    (void)d;
    (void)page;
    (void)place;
    return -L4_ENODEV;
}

long bus_interrupt(const struct l4_vitrine_device *d, l4_cap_idx_t irq)
{
    (void)d;
    (void)irq;
    return -L4_ENODEV;
}

long bus_dma(l4re_dma_space_t space)
{
    (void)space;
    return -L4_ENODEV;
}
