/*
 * Virtual buses: what a device can be asked besides its resources.
 * Source: as vbus_types.h. Only the controller of interrupts is answered here.
 */
#ifndef L4_VBUS_VBUS_INTERFACES_H
#define L4_VBUS_VBUS_INTERFACES_H

#include <l4/sys/types.h>

typedef enum l4vbus_iface_type_t {
    L4VBUS_INTERFACE_ICU = 0,
    L4VBUS_INTERFACE_GPIO,
    L4VBUS_INTERFACE_PCI,
    L4VBUS_INTERFACE_PCIDEV,
    L4VBUS_INTERFACE_PM,
    L4VBUS_INTERFACE_BUS,
    L4VBUS_INTERFACE_GENERIC = 0x20,
} l4vbus_iface_type_t;

/* Does a device of this type (l4vbus_device_t.type) have the interface? */
L4_INLINE int l4vbus_subinterface_supported(l4_uint32_t dev_type,
                                            l4vbus_iface_type_t iface_type)
{
    return iface_type == L4VBUS_INTERFACE_GENERIC ||
           (iface_type < L4VBUS_INTERFACE_GENERIC &&
            (dev_type >> iface_type & 1));
}

#endif
