/*
 * Virtual buses: devices and their resources.
 * Source: L4Re's documented interface (<l4/vbus/vbus_types.h>), from memory:
 * ABI.md names the functions only.
 */
#ifndef L4_VBUS_VBUS_TYPES_H
#define L4_VBUS_VBUS_TYPES_H

#include <l4/sys/types.h>

/* A device on a bus; the bus itself is L4VBUS_ROOT_BUS. */
typedef l4_mword_t l4vbus_device_handle_t;
/* An address, line or number of a resource. */
typedef l4_addr_t l4vbus_paddr_t;

enum {
    L4VBUS_NULL = -1, /* no device: where a search begins */
    L4VBUS_ROOT_BUS = 0,
};

enum l4vbus_consts_t {
    L4VBUS_DEV_NAME_LEN = 64,
    L4VBUS_MAX_DEPTH = 100,
};

enum l4vbus_resource_type_t {
    L4VBUS_RESOURCE_INVALID = 0,
    L4VBUS_RESOURCE_IRQ,  /* start: the line; flags: L4_IRQ_F_... */
    L4VBUS_RESOURCE_MEM,  /* registers */
    L4VBUS_RESOURCE_PORT, /* I/O ports */
    L4VBUS_RESOURCE_BUS,
    L4VBUS_RESOURCE_GPIO,
    L4VBUS_RESOURCE_DMA_DOMAIN, /* start: its number */
    L4VBUS_RESOURCE_MAX,
};

/* Flags of L4VBUS_RESOURCE_MEM. */
enum l4vbus_resource_flags_t {
    L4VBUS_RESOURCE_F_MEM_R = 1,
    L4VBUS_RESOURCE_F_MEM_W = 2,
};

typedef struct l4vbus_resource_t {
    l4_uint16_t type; /* enum l4vbus_resource_type_t */
    l4_uint16_t flags;
    l4vbus_paddr_t start;
    l4vbus_paddr_t end; /* the last one */
    l4vbus_device_handle_t provider;
    l4_uint32_t id; /* four letters: "reg0", "irq0", "dma0" */
} l4vbus_resource_t;

enum l4vbus_device_flags_t {
    L4VBUS_DEVICE_F_CHILDREN = 0x10,
};

typedef struct l4vbus_device_t {
    l4_uint32_t type; /* a bit for each interface: vbus_interfaces.h */
    char name[L4VBUS_DEV_NAME_LEN];
    unsigned num_resources;
    unsigned flags; /* L4VBUS_DEVICE_F_... */
} l4vbus_device_t;

#endif
