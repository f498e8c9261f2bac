/*
 * Types of <l4/io/io.h>.
 * Source: L4Re's documented interface, from memory; ABI.md has the names.
 */
#ifndef L4_IO_TYPES_H
#define L4_IO_TYPES_H

#include <l4/vbus/vbus_types.h>

enum l4io_iomem_flags_t {
    L4IO_MEM_NONCACHED = 0,
    L4IO_MEM_CACHED = 1,
    L4IO_MEM_USE_MTRR = 2,
    L4IO_MEM_ATTR_MASK = 0xf,
    L4IO_MEM_WRITE_COMBINED = L4IO_MEM_USE_MTRR | L4IO_MEM_CACHED,
    L4IO_MEM_USE_RESERVED_AREA = 0x40 << 8, /* at *virt, which is reserved */
    L4IO_MEM_EAGER_MAP = 0x80 << 8,
};

enum l4io_device_types_t {
    L4IO_DEVICE_INVALID = 0,
    L4IO_DEVICE_PCI,
    L4IO_DEVICE_USB,
    L4IO_DEVICE_OTHER,
    L4IO_DEVICE_ANY = ~0
};

enum l4io_resource_types_t {
    L4IO_RESOURCE_INVALID = L4VBUS_RESOURCE_INVALID,
    L4IO_RESOURCE_IRQ = L4VBUS_RESOURCE_IRQ,
    L4IO_RESOURCE_MEM = L4VBUS_RESOURCE_MEM,
    L4IO_RESOURCE_PORT = L4VBUS_RESOURCE_PORT,
    L4IO_RESOURCE_ANY = ~0
};

typedef l4vbus_device_handle_t l4io_device_handle_t;
typedef int l4io_resource_handle_t; /* where a search goes on */
typedef l4vbus_device_t l4io_device_t;
typedef l4vbus_resource_t l4io_resource_t;

#endif
