/*
 * Devices of the program's bus by address and line (<l4/io/io.h>).
 *
 * Pages of registers come one by one through the session with the bus; they
 * lie in an area of the region map that nothing else is put into.
 */
#include "../l4re_c/bus_session.h"
#include "vbus-client.h"
#include <l4/io/io.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/icu.h>
#include <l4/sys/task.h>
#include <l4/vbus/vbus.h>
#include <stdbool.h>

static l4_cap_idx_t bus(void)
{
    return l4re_env_get_cap("vbus");
}

/* --- what there is ---------------------------------------------------------
 */

l4io_device_handle_t l4io_get_root_device(void)
{
    return L4VBUS_ROOT_BUS;
}

int l4io_iterate_devices(l4io_device_handle_t *devhandle, l4io_device_t *dev,
                         l4io_resource_handle_t *reshandle)
{
    int error = l4vbus_get_next_device(bus(), L4VBUS_ROOT_BUS, devhandle,
                                       L4VBUS_MAX_DEPTH, dev);
    if (!error && reshandle)
        *reshandle = 0;
    return error;
}

int l4io_lookup_device(const char *devname, l4io_device_handle_t *dev_handle,
                       l4io_device_t *dev, l4io_resource_handle_t *res_handle)
{
    l4io_device_handle_t found = L4VBUS_NULL;
    int error = l4vbus_get_device_by_hid(bus(), L4VBUS_ROOT_BUS, &found,
                                         devname, L4VBUS_MAX_DEPTH, dev);
    if (error)
        return error;
    *dev_handle = found;
    if (res_handle)
        *res_handle = 0;
    return 0;
}

int l4io_lookup_resource(l4io_device_handle_t devhandle,
                         enum l4io_resource_types_t type,
                         l4io_resource_handle_t *reshandle,
                         l4io_resource_t *res)
{
    l4io_resource_t r;
    if (*reshandle < 0)
        return -L4_EINVAL;
    for (unsigned i = (unsigned)*reshandle;; i++) {
        int error = l4vbus_get_resource(bus(), devhandle, i, &r);
        if (error)
            return error;
        if (type != L4IO_RESOURCE_ANY && type != r.type)
            continue;
        *reshandle = (int)i + 1;
        *res = r;
        return 0;
    }
}

/* The device with all of [start, end] of that type, and the resource. */
static int resource_of(enum l4io_resource_types_t type, l4vbus_paddr_t start,
                       l4vbus_paddr_t end, l4io_device_handle_t *ret_dev,
                       l4io_resource_t *ret_res)
{
    l4io_device_handle_t dev = l4io_get_root_device();
    l4io_resource_handle_t at;
    int error;
    while (!(error = l4io_iterate_devices(&dev, NULL, &at)))
        while (!l4io_lookup_resource(dev, type, &at, ret_res))
            if (ret_res->start <= start && start <= end &&
                end <= ret_res->end) {
                *ret_dev = dev;
                return 0;
            }
    return error == -L4_ENODEV ? -L4_ENOENT : error;
}

int l4io_has_resource(enum l4io_resource_types_t type, l4vbus_paddr_t start,
                      l4vbus_paddr_t end)
{
    l4io_device_handle_t dev;
    l4io_resource_t r;
    return !resource_of(type, start, end, &dev, &r);
}

/* --- registers -------------------------------------------------------------
 */

long l4io_search_iomem_region(l4_addr_t phys, l4_addr_t size, l4_addr_t *rstart,
                              l4_addr_t *rsize)
{
    l4io_device_handle_t dev;
    l4io_resource_t r;
    long error =
        resource_of(L4IO_RESOURCE_MEM, phys, phys + size - 1, &dev, &r);
    if (error)
        return error;
    *rstart = r.start;
    *rsize = r.end - r.start + 1;
    return 0;
}

/* Bytes of the pages that it lies in. */
static l4_size_t span(l4_addr_t start, unsigned long size)
{
    return l4_round_page(start + size) - l4_trunc_page(start);
}

static void pages_unmap(l4_addr_t virt, unsigned long size)
{
    l4_addr_t first = l4_trunc_page(virt);
    for (l4_addr_t a = first; a < first + span(virt, size); a += L4_PAGESIZE)
        l4_task_unmap(L4RE_THIS_TASK_CAP,
                      l4_fpage(a, L4_PAGESHIFT, L4_FPAGE_RWX),
                      L4_FP_ALL_SPACES);
}

long l4io_request_iomem_region(l4_addr_t phys, l4_addr_t virt,
                               unsigned long size, int flags)
{
    l4io_device_handle_t dev;
    l4io_resource_t r;
    l4_cap_idx_t session;
    long error =
        resource_of(L4IO_RESOURCE_MEM, phys, phys + size - 1, &dev, &r);
    (void)flags;
    if (!error)
        error = vitrine_bus_session(bus(), &session);
    if (error)
        return error;
    l4_addr_t to = l4_trunc_page(virt);
    l4_addr_t skip = (l4_trunc_page(phys) - l4_trunc_page(r.start)) >>
                     L4_PAGESHIFT; /* pages before it */
    for (l4_addr_t i = 0; i < span(phys, size) >> L4_PAGESHIFT && !error; i++)
        error = vbus_registers(
            session, (l4_umword_t)dev - 1, skip + i,
            l4_fpage(to + (i << L4_PAGESHIFT), L4_PAGESHIFT, L4_FPAGE_RW));
    if (error < 0)
        pages_unmap(l4_trunc_page(virt), span(phys, size));
    return error < 0 ? error : 0;
}

long l4io_request_iomem(l4_addr_t phys, unsigned long size, int flags,
                        l4_addr_t *virt)
{
    bool is_reserved = flags & L4IO_MEM_USE_RESERVED_AREA;
    l4_addr_t area = is_reserved ? l4_trunc_page(*virt) : 0;
    long error = size ? 0 : -L4_EINVAL;
    if (!error && !is_reserved)
        error = l4re_rm_reserve_area(&area, span(phys, size),
                                     L4RE_RM_F_SEARCH_ADDR, L4_PAGESHIFT);
    if (error < 0)
        return error;
    error = l4io_request_iomem_region(phys, area, size, flags);
    if (!error)
        *virt = area + (phys & ~L4_PAGEMASK);
    else if (!is_reserved)
        l4re_rm_free_area(area);
    return error;
}

long l4io_release_iomem(l4_addr_t virt, unsigned long size)
{
    pages_unmap(virt, size);
    long error = l4re_rm_free_area(l4_trunc_page(virt));
    return error < 0 ? error : 0;
}

l4_addr_t l4io_request_resource_iomem(l4io_device_handle_t devhandle,
                                      l4io_resource_handle_t *reshandle)
{
    l4io_resource_t r;
    l4_addr_t at;
    if (l4io_lookup_resource(devhandle, L4IO_RESOURCE_MEM, reshandle, &r) ||
        l4io_request_iomem(r.start, r.end - r.start + 1, L4IO_MEM_NONCACHED,
                           &at))
        return 0;
    return at;
}

/* --- I/O ports -------------------------------------------------------------
 */

static l4vbus_resource_t ports(unsigned portnum, unsigned len)
{
    return (l4vbus_resource_t){.type = L4VBUS_RESOURCE_PORT,
                               .start = portnum,
                               .end = (l4vbus_paddr_t)portnum + len - 1};
}

long l4io_request_ioport(unsigned portnum, unsigned len)
{
    l4vbus_resource_t r = ports(portnum, len);
    return l4vbus_request_resource(bus(), &r, 0);
}

long l4io_release_ioport(unsigned portnum, unsigned len)
{
    l4vbus_resource_t r = ports(portnum, len);
    return l4vbus_release_resource(bus(), &r);
}

int l4io_request_all_ioports(void (*res_cb)(l4vbus_resource_t const *res))
{
    l4io_device_handle_t dev = l4io_get_root_device();
    l4io_resource_handle_t at;
    l4io_resource_t r;
    int error;
    while (!(error = l4io_iterate_devices(&dev, NULL, &at)))
        while (!l4io_lookup_resource(dev, L4IO_RESOURCE_PORT, &at, &r)) {
            error = l4vbus_request_resource(bus(), &r, 0);
            if (error)
                return error;
            if (res_cb)
                res_cb(&r);
        }
    return error == -L4_ENODEV ? 0 : error;
}

/* --- interrupts ------------------------------------------------------------
 */

l4_cap_idx_t l4io_request_icu(void)
{
    static l4_cap_idx_t icu = L4_INVALID_CAP;
    l4vbus_device_handle_t dev = L4VBUS_NULL;
    if (l4_is_valid_cap(icu))
        return icu;
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(slot))
        return slot;
    if (l4vbus_get_device_by_hid(bus(), L4VBUS_ROOT_BUS, &dev, L4VBUS_HID_ICU,
                                 L4VBUS_MAX_DEPTH, NULL) ||
        l4vbus_vicu_get_cap(bus(), dev, slot)) {
        l4re_util_cap_free(slot);
        return L4_INVALID_CAP;
    }
    return icu = slot;
}

long l4io_request_irq(int irqnum, l4_cap_idx_t irqcap)
{
    l4_cap_idx_t icu = l4io_request_icu();
    if (l4_is_invalid_cap(icu))
        return -L4_ENODEV;
    return l4_error(l4_icu_bind(icu, (unsigned)irqnum, irqcap));
}

long l4io_release_irq(int irqnum, l4_cap_idx_t irqcap)
{
    l4_cap_idx_t icu = l4io_request_icu();
    if (l4_is_invalid_cap(icu))
        return -L4_ENODEV;
    return l4_error(l4_icu_unbind(icu, (unsigned)irqnum, irqcap));
}
