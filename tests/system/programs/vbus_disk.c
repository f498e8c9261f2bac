/*
 * The first sector of a virtio disk, by the disk itself: memory it finds by the
 * bus's DMA space, an interrupt when it is done. One request, one queue.
 *
 * Source: Virtual I/O Device (VIRTIO) 1.2, sections 2.7, 4.2.2 and 5.2.
 */
#include "vbus_driver.h"
#include <l4/re/c/dma_space.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>
#include <l4/vitrine/mmio.h>
#include <stdio.h>

enum {
    MAGIC = 0x000,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_DRIVER = 0x090,
    QUEUE_DEVICE = 0x0a0,
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { F_NEXT = 1, F_WRITE = 2, PARTS = 3, SECTOR = 512 };

/* All that disk and driver share: a page. */
struct shared {
    struct {
        l4_uint64_t address;
        l4_uint32_t size;
        l4_uint16_t flags, next;
    } part[4];
    struct {
        l4_uint16_t flags, index, ring[4], event;
    } avail;
    struct {
        l4_uint32_t type, none;
        l4_uint64_t sector;
    } request;
    struct {
        l4_uint16_t flags, index;
        l4_uint32_t ring[4][2];
    } used;
    unsigned char state, sector[SECTOR];
};

/* A page, and where the bus's devices find it. */
static struct shared *shared_make(l4_uint64_t *ret_bus)
{
    l4_cap_idx_t vbus = l4re_env_get_cap("vbus");
    l4re_dma_space_t dma = l4re_util_cap_alloc();
    l4re_ds_t ds = l4re_util_cap_alloc();
    l4_size_t size = L4_PAGESIZE;
    void *at = NULL;
    fact("space",
         l4_error(l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_DMA_SPACE,
                                    dma)),
         0);
    fact("domain",
         l4vbus_assign_dma_domain(
             vbus, ~0u, L4VBUS_DMAD_BIND | L4VBUS_DMAD_L4RE_DMA_SPACE, dma),
         0);
    fact("page", l4re_ma_alloc(L4_PAGESIZE, ds, L4RE_MA_CONTINUOUS), 0);
    fact("seen here",
         l4re_rm_attach(&at, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                        ds, 0, L4_PAGESHIFT),
         0);
    fact("seen there",
         l4re_dma_space_map(dma, ds, 0, &size, 0, L4RE_DMA_SPACE_BIDIRECTIONAL,
                            ret_bus),
         0);
    return at;
}

static void address_set(l4_addr_t at, l4_uint64_t address)
{
    mmio_write32(at, (l4_uint32_t)address);
    mmio_write32(at + 4, (l4_uint32_t)(address >> 32));
}

static void start(l4_addr_t r, l4_uint64_t bus)
{
    mmio_write32(r + STATUS, 0);
    mmio_write32(r + STATUS, ACKNOWLEDGE | DRIVER);
    mmio_write32(r + DRIVER_FEATURES_SEL, 1);
    mmio_write32(r + DRIVER_FEATURES, 1); /* VERSION_1 */
    mmio_write32(r + STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    mmio_write32(r + QUEUE_NUM, 4);
    address_set(r + QUEUE_DESC, bus + offsetof(struct shared, part));
    address_set(r + QUEUE_DRIVER, bus + offsetof(struct shared, avail));
    address_set(r + QUEUE_DEVICE, bus + offsetof(struct shared, used));
    mmio_write32(r + QUEUE_READY, 1);
    mmio_write32(r + STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

static void part(struct shared *s, unsigned i, l4_uint64_t address,
                 l4_uint32_t size, l4_uint16_t flags)
{
    s->part[i].address = address;
    s->part[i].size = size;
    s->part[i].flags = flags;
    s->part[i].next = (l4_uint16_t)(i + 1);
}

static void ask(l4_addr_t r, struct shared *s, l4_uint64_t bus)
{
    part(s, 0, bus + offsetof(struct shared, request), sizeof s->request,
         F_NEXT);
    part(s, 1, bus + offsetof(struct shared, sector), SECTOR, F_NEXT | F_WRITE);
    part(s, 2, bus + offsetof(struct shared, state), 1, F_WRITE);
    s->state = 0xff;
    l4_mb();
    s->avail.index = 1;
    l4_mb();
    mmio_write32(r + QUEUE_NOTIFY, 0);
}

void disk_reads(void)
{
    l4_cap_idx_t vbus = l4re_env_get_cap("vbus");
    l4vbus_device_handle_t dev = L4VBUS_NULL;
    l4io_resource_handle_t at = 0;
    l4_uint64_t bus;
    if (l4vbus_get_device_by_hid(vbus, L4VBUS_ROOT_BUS, &dev, "virtio-block",
                                 L4VBUS_MAX_DEPTH, NULL))
        return;
    fact("compatible", l4vbus_is_compatible(vbus, dev, "virtio,mmio"), 1);
    fact("incompatible", l4vbus_is_compatible(vbus, dev, "virtio-net"), 0);
    l4_addr_t r = l4io_request_resource_iomem(dev, &at);
    fact("magic", mmio_read32(r + MAGIC), 0x74726976);
    l4_cap_idx_t irq = irq_of(dev, at);
    struct shared *s = shared_make(&bus);
    start(r, bus);
    ask(r, s, bus);
    fact("the disk answers", irq_came(irq), true);
    mmio_write32(r + INTERRUPT_ACK, 1);
    l4_mb();
    fact("state", s->state, 0);
    printf("the disk begins: %.16s\n", (const char *)s->sector);
    mmio_write32(r + STATUS, 0);
}
