/*
 * What a bus answers to who asks for the wrong things, or for places.
 */
#include "vbus_driver.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/icu.h>
#include <l4/vitrine/mmio.h>

static l4_cap_idx_t vbus;

static void of_devices(void)
{
    l4vbus_device_handle_t dev = L4VBUS_NULL, icu;
    l4vbus_resource_t res;
    l4vbus_device_t info;
    l4_uint32_t adr;
    char hid[L4VBUS_DEV_NAME_LEN];
    fact("no such HID",
         l4vbus_get_device_by_hid(vbus, 0, &dev, "none", 0, NULL), -L4_ENOENT);
    fact("no HID", l4vbus_get_device_by_hid(vbus, 0, &dev, "", 0, NULL),
         -L4_EINVAL);
    fact("depth", l4vbus_get_next_device(vbus, 0, &dev, -1, NULL), -L4_EINVAL);
    fact("parent", l4vbus_get_next_device(vbus, 99, &dev, 0, NULL), -L4_ENODEV);
    fact("still before all", dev, L4VBUS_NULL);
    fact("first", l4vbus_get_next_device(vbus, 0, &dev, 0, &info), 0);
    fact("no children", l4vbus_get_next_device(vbus, dev, &dev, 0, NULL),
         -L4_ENODEV);
    fact("bus", l4vbus_get_device(vbus, L4VBUS_ROOT_BUS, &info), 0);
    fact("its flags", info.flags, L4VBUS_DEVICE_F_CHILDREN);
    fact("no device", l4vbus_get_device(vbus, 99, &info), -L4_ENODEV);
    fact("its HID", l4vbus_get_hid(vbus, 99, hid, sizeof hid), -L4_ENODEV);
    fact("a small buffer", l4vbus_get_hid(vbus, dev, hid, 3), -L4_EINVAL);
    fact("address", l4vbus_get_adr(vbus, dev, &adr), -L4_ENOSYS);
    fact("resource", l4vbus_get_resource(vbus, dev, 9, &res), -L4_ENOENT);
    fact("no ICU", l4vbus_vicu_get_cap(vbus, dev, L4_INVALID_CAP), -L4_ENOSYS);
    icu = L4VBUS_NULL;
    fact("ICU",
         l4vbus_get_device_by_hid(vbus, 0, &icu, L4VBUS_HID_ICU, 0, NULL), 0);
    fact("the last one", l4vbus_get_next_device(vbus, 0, &icu, 0, NULL),
         -L4_ENODEV);
    fact("nothing in it", l4vbus_get_resource(vbus, icu, 0, &res), -L4_ENOENT);
}

static void of_memory(void)
{
    l4io_device_handle_t dev = l4io_get_root_device();
    l4io_resource_handle_t at;
    l4io_resource_t r = {0};
    l4_addr_t virt, start, size, area = 0;
    bool found = false; /* on a PC there may be ports first */
    while (!found && !l4io_iterate_devices(&dev, NULL, &at))
        found = !l4io_lookup_resource(dev, L4IO_RESOURCE_MEM, &at, &r);
    fact("registers", found, true);
    if (!found)
        return;
    fact("has it", l4io_has_resource(L4IO_RESOURCE_MEM, r.start, r.end), 1);
    fact("not more", l4io_has_resource(L4IO_RESOURCE_MEM, r.start, r.end + 1),
         0);
    fact("not backwards", l4io_has_resource(L4IO_RESOURCE_MEM, r.end, r.start),
         0);
    fact("found", l4io_search_iomem_region(r.start + 4, 4, &start, &size), 0);
    fact("it begins", (long)(start - r.start), 0);
    fact("it ends", (long)(start + size - 1 - r.end), 0);
    fact("another's", l4io_request_iomem(0x1000, 4, 0, &virt), -L4_ENOENT);
    fact("nothing", l4io_request_iomem(r.start, 0, 0, &virt), -L4_EINVAL);
    fact("a part", l4io_request_iomem(r.start + 4, 4, 0, &virt), 0);
    l4re_rm_reserve_area(&area, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR,
                         L4_PAGESHIFT);
    start = area;
    fact("at a place",
         l4io_request_iomem(r.start + 4, 4, L4IO_MEM_USE_RESERVED_AREA, &start),
         0);
    fact("the same", mmio_read32(start) == mmio_read32(virt), true);
    fact("there", l4_trunc_page(start) == area, true);
    fact("given up", l4io_release_iomem(virt, 4), 0);
    fact("both", l4io_release_iomem(start, 4), 0);
    r.end++;
    fact("not this one", l4vbus_request_resource(vbus, &r, 0), -L4_ENOENT);
    r.end--;
    fact("this one", l4vbus_request_resource(vbus, &r, 0), 0);
    fact("and back", l4vbus_release_resource(vbus, &r), 0);
}

void refusals(void)
{
    l4_icu_info_t info = {0};
    l4_cap_idx_t none = l4re_util_cap_alloc();
    vbus = l4re_env_get_cap("vbus");
    of_devices();
    of_memory();
    fact("a line of others", l4io_request_irq(1, l4re_env()->log), -L4_EINVAL);
    fact("let go", l4io_release_irq(1, l4re_env()->log), -L4_EINVAL);
    fact("lines", l4_error(l4_icu_info(l4io_request_icu(), &info)), 0);
    fact("some", info.nr_irqs > 0, true);
    fact("no ports", l4io_request_ioport(0xf00, 8), -L4_ENOENT);
    fact("none back", l4io_release_ioport(0xf00, 8), -L4_ENOENT);
    fact("all of none", l4io_request_all_ioports(NULL), 0);
    fact("domain", l4vbus_assign_dma_domain(vbus, 7, L4VBUS_DMAD_BIND, none),
         -L4_ENOENT);
    fact("no IOMMU",
         l4vbus_assign_dma_domain(
             vbus, 0, L4VBUS_DMAD_BIND | L4VBUS_DMAD_KERNEL_DMA_SPACE, none),
         -L4_ENOSYS);
    fact("gives up",
         l4vbus_assign_dma_domain(vbus, 0, L4VBUS_DMAD_UNBIND, none), 0);
}
