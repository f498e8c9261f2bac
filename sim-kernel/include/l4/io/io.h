/*
 * Devices of the program's bus ("vbus" in its environment) by their addresses
 * and lines: what a driver wants of <l4/vbus/vbus.h>, done.
 *
 *      l4io_lookup_device("ns16550a", &dev, NULL, &res);
 *      registers = l4io_request_resource_iomem(dev, &res);
 *      l4io_request_irq(line, irq_object);
 *
 * Registers are mapped uncached, whatever the flags say. Errors of all:
 * -L4_ENOENT no device of the bus has that; those of the bus.
 * Source: L4Re's documented interface, from memory; ABI.md has the names.
 */
#ifndef L4_IO_IO_H
#define L4_IO_IO_H

#include <l4/io/types.h>

L4_BEGIN_DECLS

/* ---- Interrupts ---- */

/* Line irqnum triggers the IRQ object irqcap, which is to be unmasked
 * (l4_irq_unmask(), l4_irq_receive()). 0 or an error of l4_icu_bind(). */
long l4io_request_irq(int irqnum, l4_cap_idx_t irqcap);
long l4io_release_irq(int irqnum, l4_cap_idx_t irqcap);
/* The bus's controller of interrupts; L4_INVALID_CAP: there is none. */
l4_cap_idx_t l4io_request_icu(void);

/* ---- Registers ---- */

/*
 * Maps `size` bytes from machine address phys on; *virt: where phys is.
 * flags: L4IO_MEM_...; with L4IO_MEM_USE_RESERVED_AREA *virt says where.
 * -L4_ENOMEM: no room; -L4_EINVAL: no size.
 */
long l4io_request_iomem(l4_addr_t phys, unsigned long size, int flags,
                        l4_addr_t *virt);
/* The same at `virt`, which the program has reserved: all pages of it. */
long l4io_request_iomem_region(l4_addr_t phys, l4_addr_t virt,
                               unsigned long size, int flags);
/* Takes it back; virt and size as l4io_request_iomem() had them. */
long l4io_release_iomem(l4_addr_t virt, unsigned long size);
/* Start and size of the registers that [phys, phys + size) is part of. */
long l4io_search_iomem_region(l4_addr_t phys, l4_addr_t size, l4_addr_t *rstart,
                              l4_addr_t *rsize);

/* ---- I/O ports ---- */

long l4io_request_ioport(unsigned portnum, unsigned len);
/* 0 if they are the bus's; the program may use them still. */
long l4io_release_ioport(unsigned portnum, unsigned len);
/* All ports of the bus; calls res_cb, if there is one, for each resource. */
int l4io_request_all_ioports(void (*res_cb)(l4vbus_resource_t const *res));

/* ---- What there is ---- */

/* Where l4io_iterate_devices() begins. */
l4io_device_handle_t l4io_get_root_device(void);
/* The device after *devhandle; dev, reshandle may be NULL. -L4_ENODEV: no
 * more. */
int l4io_iterate_devices(l4io_device_handle_t *devhandle, l4io_device_t *dev,
                         l4io_resource_handle_t *reshandle);
/* The first device of that HID; dev, res_handle may be NULL. */
int l4io_lookup_device(const char *devname, l4io_device_handle_t *dev_handle,
                       l4io_device_t *dev, l4io_resource_handle_t *res_handle);
/* The device's next resource of a type (L4IO_RESOURCE_ANY) from *reshandle on,
 * which then is behind it. */
int l4io_lookup_resource(l4io_device_handle_t devhandle,
                         enum l4io_resource_types_t type,
                         l4io_resource_handle_t *reshandle,
                         l4io_resource_t *res);
/* Maps the device's next registers from *reshandle on: their address, or 0. */
l4_addr_t l4io_request_resource_iomem(l4io_device_handle_t devhandle,
                                      l4io_resource_handle_t *reshandle);
/* 1: a device of the bus has [start, end] of that type; 0: none. */
int l4io_has_resource(enum l4io_resource_types_t type, l4vbus_paddr_t start,
                      l4vbus_paddr_t end);

L4_END_DECLS

#endif
