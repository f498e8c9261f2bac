/*
 * Virtual buses: the client's side (<l4/vbus/vbus.h>). The messages:
 * vbus.iface.
 *
 *      handle 0     the bus
 *             1..n  its devices 0..n-1, as io numbers them
 *             ICU   the controller of interrupts, which io has no number for
 *
 * What anybody may ask goes to the gate; registers, ports, memory and
 * interrupts to this program's session.
 */
#include "../l4re_c/bus_session.h"
#include "vbus-client.h"
#include <l4/re/consts.h>
#include <l4/sys/icu.h>
#include <l4/sys/task.h>
#include <l4/vbus/vbus.h>
#include <l4/vitrine/mmio.h>
#include <stdbool.h>
#include <string.h>

enum { ICU = 0x10000 };

#define ID(text)                                                               \
    ((l4_uint32_t)(text)[0] | (l4_uint32_t)(text)[1] << 8 |                    \
     (l4_uint32_t)(text)[2] << 16 | (l4_uint32_t)(text)[3] << 24)

/* What the bus says of a device. */
struct device {
    char compatible[VBUS_DEVICE_KIND_MAX + 1];
    l4_umword_t base, size, irq, irq_mode;
};

static int device_ask(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                      struct device *ret_device)
{
    *ret_device = (struct device){0};
    if (dev == ICU)
        return 0;
    if (dev <= L4VBUS_ROOT_BUS)
        return -L4_ENODEV;
    return (int)vbus_device(vbus, (l4_umword_t)dev - 1, ret_device->compatible,
                            &ret_device->base, &ret_device->size,
                            &ret_device->irq, &ret_device->irq_mode);
}

/* --- devices ---------------------------------------------------------------
 */

int l4vbus_get_hid(l4_cap_idx_t vbus, l4vbus_device_handle_t dev, char *hid,
                   unsigned long max_len)
{
    char text[VBUS_HID_HID_MAX + 1] = L4VBUS_HID_ICU;
    long error = 0;
    if (dev != ICU)
        error = dev > L4VBUS_ROOT_BUS
                    ? vbus_hid(vbus, (l4_umword_t)dev - 1, text)
                    : -L4_ENODEV;
    if (error < 0)
        return (int)error;
    size_t size = strlen(text) + 1;
    if (size > max_len)
        return -L4_EINVAL;
    memcpy(hid, text, size);
    return (int)size;
}

int l4vbus_get_device(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                      l4vbus_device_t *devinfo)
{
    struct device d;
    l4vbus_device_t info = {0};
    if (dev == L4VBUS_ROOT_BUS) {
        strcpy(info.name, "System Bus");
        info.type = 1u << L4VBUS_INTERFACE_BUS;
        info.flags = L4VBUS_DEVICE_F_CHILDREN;
        *devinfo = info;
        return 0;
    }
    int error = device_ask(vbus, dev, &d);
    if (error >= 0)
        error = l4vbus_get_hid(vbus, dev, info.name, sizeof info.name);
    if (error < 0)
        return error;
    if (dev == ICU)
        info.type = 1u << L4VBUS_INTERFACE_ICU;
    else
        info.num_resources = d.irq_mode ? 3 : 2;
    *devinfo = info;
    return 0;
}

/* The handle after that one; L4VBUS_NULL: no more. */
static long next_handle(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                        l4vbus_device_handle_t *ret_next)
{
    struct device d;
    l4vbus_device_handle_t next = dev < L4VBUS_ROOT_BUS ? 1 : dev + 1;
    if (dev == ICU)
        return -L4_ENODEV;
    long error = device_ask(vbus, next, &d);
    if (error < 0 && error != -L4_ENODEV)
        return error;
    *ret_next = error < 0 ? ICU : next;
    return 0;
}

/* May one look for devices below that one? */
static int parent_check(l4_cap_idx_t vbus, l4vbus_device_handle_t parent,
                        int depth)
{
    struct device d;
    if (depth < 0)
        return -L4_EINVAL;
    if (parent == L4VBUS_ROOT_BUS)
        return 0;
    int error = device_ask(vbus, parent, &d);
    return error < 0 ? error : -L4_ENODEV; /* it has no children */
}

int l4vbus_get_next_device(l4_cap_idx_t vbus, l4vbus_device_handle_t parent,
                           l4vbus_device_handle_t *child, int depth,
                           l4vbus_device_t *devinfo)
{
    l4vbus_device_handle_t next;
    long error = parent_check(vbus, parent, depth);
    if (!error)
        error = next_handle(vbus, *child, &next);
    if (!error && devinfo)
        error = l4vbus_get_device(vbus, next, devinfo);
    if (!error)
        *child = next;
    return (int)error;
}

int l4vbus_get_device_by_hid(l4_cap_idx_t vbus, l4vbus_device_handle_t parent,
                             l4vbus_device_handle_t *child, char const *hid,
                             int depth, l4vbus_device_t *devinfo)
{
    char name[VBUS_HID_HID_MAX + 1];
    l4vbus_device_handle_t dev = *child;
    if (!hid || !*hid)
        return -L4_EINVAL;
    int error = parent_check(vbus, parent, depth);
    if (error)
        return error;
    while (!(error = l4vbus_get_next_device(vbus, parent, &dev, depth, NULL))) {
        error = l4vbus_get_hid(vbus, dev, name, sizeof name);
        if (error < 0)
            return error;
        if (strcmp(name, hid))
            continue;
        error = devinfo ? l4vbus_get_device(vbus, dev, devinfo) : 0;
        if (!error)
            *child = dev;
        return error;
    }
    return error == -L4_ENODEV ? -L4_ENOENT : error;
}

int l4vbus_get_adr(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                   l4_uint32_t *adr)
{
    struct device d;
    int error = device_ask(vbus, dev, &d);
    (void)adr;
    return error < 0 ? error : -L4_ENOSYS;
}

int l4vbus_is_compatible(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                         char const *cid)
{
    char hid[VBUS_HID_HID_MAX + 1];
    struct device d;
    int error = device_ask(vbus, dev, &d);
    if (error >= 0)
        error = l4vbus_get_hid(vbus, dev, hid, sizeof hid);
    if (error < 0)
        return error;
    return !strcmp(hid, cid) || (d.compatible[0] && !strcmp(d.compatible, cid));
}

/* --- resources -------------------------------------------------------------
 */

int l4vbus_get_resource(l4_cap_idx_t vbus, l4vbus_device_handle_t dev,
                        unsigned res_idx, l4vbus_resource_t *res)
{
    struct device d;
    int error = device_ask(vbus, dev, &d);
    if (error < 0)
        return error;
    l4vbus_resource_t r = {.provider = dev};
    bool has_irq = d.irq_mode;
    if (res_idx == 0 && dev != ICU) {
        bool is_port = mmio_is_port(d.base);
        r.type = is_port ? L4VBUS_RESOURCE_PORT : L4VBUS_RESOURCE_MEM;
        r.flags =
            is_port ? 0 : L4VBUS_RESOURCE_F_MEM_R | L4VBUS_RESOURCE_F_MEM_W;
        r.start = d.base;
        r.end = d.base + d.size - 1;
        r.id = ID("reg0");
    } else if (res_idx == 1 && has_irq) {
        r.type = L4VBUS_RESOURCE_IRQ;
        r.flags = (l4_uint16_t)d.irq_mode;
        r.start = r.end = d.irq;
        r.id = ID("irq0");
    } else if (res_idx == 1u + has_irq && dev != ICU) {
        r.type = L4VBUS_RESOURCE_DMA_DOMAIN;
        r.id = ID("dma0");
    } else {
        return -L4_ENOENT;
    }
    *res = r;
    return 0;
}

/* The device with that resource; -L4_ENOENT: none. */
static int resource_find(l4_cap_idx_t vbus, l4vbus_resource_t const *res,
                         l4vbus_device_handle_t *ret_dev)
{
    l4vbus_device_handle_t dev = L4VBUS_NULL;
    l4vbus_resource_t r;
    int error;
    while (!(error = l4vbus_get_next_device(vbus, L4VBUS_ROOT_BUS, &dev,
                                            L4VBUS_MAX_DEPTH, NULL)))
        for (unsigned i = 0; !l4vbus_get_resource(vbus, dev, i, &r); i++)
            if (r.type == res->type && r.start <= res->start &&
                res->start <= res->end && res->end <= r.end) {
                *ret_dev = dev;
                return 0;
            }
    return error == -L4_ENODEV ? -L4_ENOENT : error;
}

int l4vbus_request_resource(l4_cap_idx_t vbus, l4vbus_resource_t const *res,
                            int flags)
{
    l4vbus_device_handle_t dev;
    l4_cap_idx_t session;
    int error = resource_find(vbus, res, &dev);
    (void)flags;
    if (error || res->type != L4VBUS_RESOURCE_PORT)
        return error;
    error = (int)vitrine_bus_session(vbus, &session);
    return error ? error
                 : (int)vbus_registers(session, (l4_umword_t)dev - 1, 0,
                                       l4_iofpage(0, L4_WHOLE_IOADDRESS_SPACE));
}

int l4vbus_release_resource(l4_cap_idx_t vbus, l4vbus_resource_t const *res)
{
    l4vbus_device_handle_t dev;
    return resource_find(vbus, res, &dev);
}

int l4vbus_assign_dma_domain(l4_cap_idx_t vbus, unsigned domain_id,
                             unsigned flags, l4_cap_idx_t dma_space)
{
    l4_cap_idx_t session;
    if (domain_id != 0 && domain_id != ~0u)
        return -L4_ENOENT;
    if (flags & L4VBUS_DMAD_KERNEL_DMA_SPACE)
        return -L4_ENOSYS;
    long error = vitrine_bus_session(vbus, &session);
    if (error)
        return (int)error;
    l4_task_release_cap(L4RE_THIS_TASK_CAP, dma_space);
    return flags & L4VBUS_DMAD_BIND ? (int)vbus_dma(session, dma_space) : 0;
}

/* --- interrupts ------------------------------------------------------------
 */

int l4vbus_vicu_get_cap(l4_cap_idx_t vbus, l4vbus_device_handle_t icu,
                        l4_cap_idx_t res)
{
    l4_cap_idx_t session;
    struct device d;
    long error = device_ask(vbus, icu, &d);
    if (error >= 0 && icu != ICU)
        error = -L4_ENOSYS;
    if (error >= 0)
        error = vitrine_bus_session(vbus, &session);
    return (int)(error < 0 ? error : vbus_icu(session, res));
}
