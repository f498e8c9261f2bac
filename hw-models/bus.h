/*
 * Bus: physical address ranges to device models.
 */
#ifndef HW_BUS_H
#define HW_BUS_H

#include <stdbool.h>
#include <stdint.h>

enum { HW_BUS_DEVICES = 16 };

struct hw_bus_device {
    uint64_t base, size;
    uint64_t (*read)(void *device, uint64_t offset, unsigned size);
    void (*write)(void *device, uint64_t offset, unsigned size, uint64_t value);
    void *device;
    const char *name;
};

struct hw_bus {
    unsigned count;
    struct hw_bus_device device[HW_BUS_DEVICES];
};

void hw_bus_init(struct hw_bus *b);
/* 0, -ENOSPC, -EEXIST (overlap). */
int hw_bus_add(struct hw_bus *b, const struct hw_bus_device *d);
/* True: done. False: nothing there, or not all of it (reads give 0). */
bool hw_bus_read(struct hw_bus *b, uint64_t pa, unsigned size,
                 uint64_t *ret_value);
bool hw_bus_write(struct hw_bus *b, uint64_t pa, unsigned size, uint64_t value);

#endif
