/*
 * Virtual buses: the devices a driver may have, for C programs that hold a
 * bus's capability ("vbus" in their environment).
 *
 *      l4vbus_device_handle_t dev = L4VBUS_NULL;
 *      l4vbus_get_device_by_hid(vbus, L4VBUS_ROOT_BUS, &dev, "ns16550a",
 *                               L4VBUS_MAX_DEPTH, NULL);
 *      l4vbus_get_resource(vbus, dev, 0, &registers);
 *
 * <l4/io/io.h> maps registers and binds interrupts on top of this.
 *
 * Devices lie on the bus itself: none has children. The last one is the bus's
 * controller of interrupts, "L40009". A bus is one program's at a time, from
 * its first call that needs it until its end (servers/io).
 *
 * Errors of all: -L4_ENODEV no such device (or parent); those of the IPC.
 * Source: L4Re's documented interface, from memory; ABI.md has the names.
 */
#ifndef L4_VBUS_VBUS_H
#define L4_VBUS_VBUS_H

#include <l4/vbus/vbus_interfaces.h>
#include <l4/vbus/vbus_types.h>

/* The HID of the bus's controller of interrupts. */
#define L4VBUS_HID_ICU "L40009"

enum L4vbus_dma_domain_assign_flags {
    L4VBUS_DMAD_UNBIND = 0,
    L4VBUS_DMAD_BIND = 1,
    L4VBUS_DMAD_L4RE_DMA_SPACE = 0,
    L4VBUS_DMAD_KERNEL_DMA_SPACE = 2,
};

L4_BEGIN_DECLS

/* ---- Devices ---- */

/*
 * The next device after *child (L4VBUS_NULL: the first) that is called `hid`;
 * *child becomes its handle. devinfo: NULL, or what there is to know. 0;
 * -L4_ENOENT none (any more); -L4_EINVAL no hid, or depth below 0.
 */
int l4vbus_get_device_by_hid(l4_cap_idx_t vbus, l4vbus_device_handle_t parent,
                             l4vbus_device_handle_t *child, char const *hid,
                             int depth, l4vbus_device_t *devinfo);
/* The next device after *child (L4VBUS_NULL: the first). 0; -L4_ENODEV no
 * more; -L4_EINVAL depth below 0. */
int l4vbus_get_next_device(l4_cap_idx_t vbus, l4vbus_device_handle_t parent,
                           l4vbus_device_handle_t *child, int depth,
                           l4vbus_device_t *devinfo);
int l4vbus_get_device(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                      l4vbus_device_t *devinfo);
/* The device's HID: what descriptions of buses call it. Bytes of it, with its
 * zero byte; -L4_EINVAL: it has more than max_len. */
int l4vbus_get_hid(l4_cap_idx_t vbus, l4vbus_device_handle_t dev, char *hid,
                   unsigned long max_len);
/* A device's address on its bus: none of these devices has one, -L4_ENOSYS. */
int l4vbus_get_adr(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                   l4_uint32_t *adr);
/* 1: the device's HID or its name in the device tree is `cid`; 0: not. */
int l4vbus_is_compatible(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                         char const *cid);

/* ---- Resources ---- */

/* Resource number res_idx, below the device's num_resources. -L4_ENOENT. */
int l4vbus_get_resource(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                        unsigned res_idx, l4vbus_resource_t *res);
/* Is there such a resource on the bus? 0 or -L4_ENOENT. I/O ports are given to
 * the program by this. flags: none. */
int l4vbus_request_resource(l4_cap_idx_t vbus, l4vbus_resource_t const *res,
                            int flags);
/* 0 or -L4_ENOENT; the program may use it still. */
int l4vbus_release_resource(l4_cap_idx_t vbus, l4vbus_resource_t const *res);
/*
 * Lets devices of the domain (a resource's start; ~0u: all of the bus) find
 * memory in a DMA space. The bus has one already, which lasts until its devices
 * are quiet: the slot `dma_space` holds that afterwards, so nothing is to be
 * mapped into the program's own before. UNBIND gives the capability up.
 * -L4_ENOENT no such domain, -L4_ENOSYS a kernel's DMA space (no IOMMU).
 */
int l4vbus_assign_dma_domain(l4_cap_idx_t vbus, unsigned domain_id,
                             unsigned flags, l4_cap_idx_t dma_space);

/* ---- Interrupts ---- */

/* The capability of the bus's controller of interrupts (<l4/sys/icu.h>) into
 * slot res; `icu`: its device. -L4_ENOSYS: another device. */
int l4vbus_vicu_get_cap(l4_cap_idx_t vbus, l4vbus_device_handle_t icu,
                        l4_cap_idx_t res);

L4_END_DECLS

#endif
