/*
 * Bus: physical address ranges to device models.
 *
 * A short array searched in order: there are few devices, and an access to
 * one already costs a trap. An access belongs to a device only if all of its
 * bytes do.
 *
 * Invariants:
 * I1  no two ranges overlap.
 */
#include "bus.h"
#include <errno.h>
#include <stddef.h>

static bool ranges_overlap(const struct hw_bus_device *a,
                           const struct hw_bus_device *b)
{
    return a->base < b->base + b->size && b->base < a->base + a->size;
}

static struct hw_bus_device *device_at(struct hw_bus *b, uint64_t pa,
                                       unsigned size)
{
    for (unsigned i = 0; i < b->count; i++) {
        struct hw_bus_device *d = &b->device[i];
        uint64_t offset = pa - d->base;

        if (pa >= d->base && offset < d->size && size <= d->size - offset)
            return d;
    }
    return NULL;
}

void hw_bus_init(struct hw_bus *b)
{
    *b = (struct hw_bus){0};
}

int hw_bus_add(struct hw_bus *b, const struct hw_bus_device *d)
{
    for (unsigned i = 0; i < b->count; i++)
        if (ranges_overlap(&b->device[i], d))
            return -EEXIST;
    if (b->count == HW_BUS_DEVICES)
        return -ENOSPC;
    b->device[b->count++] = *d;
    return 0;
}

bool hw_bus_read(struct hw_bus *b, uint64_t pa, unsigned size,
                 uint64_t *ret_value)
{
    struct hw_bus_device *d = device_at(b, pa, size);

    *ret_value = d ? d->read(d->device, pa - d->base, size) : 0;
    return d;
}

bool hw_bus_write(struct hw_bus *b, uint64_t pa, unsigned size, uint64_t value)
{
    struct hw_bus_device *d = device_at(b, pa, size);

    if (d)
        d->write(d->device, pa - d->base, size, value);
    return d;
}
