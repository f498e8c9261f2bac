/*
 * A driver's devices from a virtual bus (see bus.h).
 */
#include "bus.h"
#include "../l4re_c/bus_session.h"
#include "vbus-client.h"
#include <l4/re/env.h>
#include <string.h>

/* 0, or why there is none. */
static long session(l4_cap_idx_t *ret_session)
{
    return vitrine_bus_session(l4re_env_get_cap("vbus"), ret_session);
}

bool bus_is_there(void)
{
    return l4_is_valid_cap(l4re_env_get_cap("vbus"));
}

long bus_device(unsigned n, struct l4_vitrine_device *ret_device)
{
    struct l4_vitrine_device d = {0};
    l4_cap_idx_t bus;
    l4_umword_t base, size, irq, mode;
    long error = session(&bus);
    if (!error)
        error = vbus_device(bus, n, d.compatible, &base, &size, &irq, &mode);
    if (error < 0)
        return error;
    d.base = base;
    d.size = size;
    d.irq = (l4_uint32_t)irq;
    d.irq_mode = (l4_uint32_t)mode;
    *ret_device = d;
    return 0;
}

/* Which number has it on the bus? */
static long number_of(const struct l4_vitrine_device *d, l4_cap_idx_t *ret_bus,
                      l4_umword_t *ret_number)
{
    struct l4_vitrine_device other;
    long error = session(ret_bus);
    if (error)
        return error;
    for (unsigned n = 0; !bus_device(n, &other); n++) {
        if (other.base != d->base)
            continue;
        *ret_number = n;
        return 0;
    }
    return -L4_ENODEV;
}

long bus_registers(const struct l4_vitrine_device *d, l4_addr_t page,
                   l4_fpage_t place)
{
    l4_cap_idx_t bus;
    l4_umword_t number;
    long error = number_of(d, &bus, &number);
    return error ? error : vbus_registers(bus, number, page, place);
}

long bus_interrupt(const struct l4_vitrine_device *d, l4_cap_idx_t irq)
{
    l4_cap_idx_t bus;
    l4_umword_t number;
    long error = number_of(d, &bus, &number);
    return error ? error : vbus_interrupt(bus, number, irq);
}

long bus_dma(l4re_dma_space_t space)
{
    l4_cap_idx_t bus;
    long error = session(&bus);
    return error ? error : vbus_dma(bus, space);
}
