/*
 * What every driver needs (see device.h).
 *
 * Level-triggered lines are masked by the kernel as they hit, or they would
 * hit for ever: the driver quiets its device, then unmasks.
 */
#include "device.h"
#include "bus.h"
#include <l4/re/c/dma_space.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <l4/vitrine/mmio.h>
#include <string.h>

/* --- which devices ---------------------------------------------------- */

/* The boot information, attached once; NULL: there is none. */
static const struct l4_vitrine_bootinfo *bootinfo(void)
{
    static void *at;
    l4re_ds_t ds;
    if (at)
        return at;
    ds = l4re_util_cap_alloc();
    if (l4re_ns_query_srv(l4re_env_get_cap("rom"), "bootinfo", ds) < 0 ||
        l4re_rm_attach(&at, l4re_ds_size(ds),
                       L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R, ds, 0, 0) < 0)
        at = NULL;
    return at;
}

long device_number(unsigned n, struct l4_vitrine_device *ret_device)
{
    if (bus_is_there())
        return bus_device(n, ret_device);
    const struct l4_vitrine_bootinfo *b = bootinfo();
    if (!b || n >= b->device_count)
        return -L4_ENODEV;
    *ret_device = l4_vitrine_bootinfo_devices(b)[n];
    return 0;
}

void device_level(struct l4_vitrine_device *d)
{
    if (d->irq_mode == L4_IRQ_F_POS_EDGE &&
        !strcmp(d->compatible, "virtio,mmio"))
        d->irq_mode = L4_IRQ_F_LEVEL_HIGH;
}

long device_find(const char *compatible, unsigned n,
                 struct l4_vitrine_device *ret_device)
{
    struct l4_vitrine_device d;
    for (unsigned i = 0; !device_number(i, &d); i++) {
        if (strcmp(d.compatible, compatible) || n--)
            continue;
        *ret_device = d;
        return 0;
    }
    return -L4_ENODEV;
}

long device_at(l4_addr_t base, struct l4_vitrine_device *ret_device)
{
    for (unsigned i = 0; !device_number(i, ret_device); i++)
        if (ret_device->base == base)
            return 0;
    return -L4_ENODEV;
}

/* --- registers ---------------------------------------------------------- */

/* Bytes of the pages that the registers lie in. */
static l4_size_t span(const struct l4_vitrine_device *d)
{
    return l4_round_page(d->base + d->size) - l4_trunc_page(d->base);
}

/* On a PC they may be I/O ports: asked for as a fault at them would. They are
 * accessed like registers at the port's number (<l4/vitrine/mmio.h>). */
static long ports_map(const struct l4_vitrine_device *d)
{
    l4_buf_regs_t *br = l4_utcb_br();
    unsigned order = 0;
    while (1ul << order < d->size)
        order++;
    if (bus_is_there())
        return bus_registers(d, 0, l4_iofpage(0, L4_WHOLE_IOADDRESS_SPACE));
    br->bdr = l4_bdr(0, 0, 0, 0);
    br->br[0] = L4_ITEM_MAP;
    br->br[1] = l4_iofpage(0, L4_WHOLE_IOADDRESS_SPACE).raw;
    l4_utcb_mr()->mr[0] = l4_iofpage(d->base, order).raw;
    l4_utcb_mr()->mr[1] = 0;
    l4_msgtag_t tag =
        l4_ipc_call(l4re_env_get_cap("sigma0"), l4_utcb(),
                    l4_msgtag(L4_PROTO_IO_PAGE_FAULT, 2, 0, 0), L4_IPC_NEVER);
    br->br[0] = 0;
    return l4_error(tag) < 0 ? -L4_ENXIO : 0;
}

/* All pages of the registers, from `page` on. */
static long pages_map(const struct l4_vitrine_device *d, l4_addr_t page)
{
    long error = 0;
    if (!bus_is_there())
        return l4sigma0_map_iomem(l4re_env_get_cap("sigma0"),
                                  l4_trunc_page(d->base), page, span(d), 0);
    for (l4_addr_t i = 0; i < span(d) >> L4_PAGESHIFT && !error; i++)
        error = bus_registers(
            d, i,
            l4_fpage(page + (i << L4_PAGESHIFT), L4_PAGESHIFT, L4_FPAGE_RW));
    return error;
}

long device_map(const struct l4_vitrine_device *d, l4_addr_t *ret_registers)
{
    l4_addr_t page = 0;
    if (mmio_is_port(d->base)) {
        *ret_registers = d->base;
        return ports_map(d);
    }
    long error = l4re_rm_reserve_area(&page, span(d), L4RE_RM_F_SEARCH_ADDR,
                                      L4_PAGESHIFT);
    if (error < 0)
        return error;
    if (pages_map(d, page)) {
        l4re_rm_free_area(page);
        return -L4_ENXIO;
    }
    *ret_registers = page + (d->base & ~L4_PAGEMASK);
    return 0;
}

void device_unmap(const struct l4_vitrine_device *d, l4_addr_t registers)
{
    l4_addr_t page = l4_trunc_page(registers);
    if (mmio_is_port(registers))
        return; /* ports may be had by many */
    for (l4_addr_t a = page; a < page + span(d); a += L4_PAGESIZE)
        l4_task_unmap(L4_BASE_TASK_CAP, l4_fpage(a, L4_PAGESHIFT, L4_FPAGE_RWX),
                      L4_FP_ALL_SPACES);
    l4re_rm_free_area(page);
}

/* --- interrupts ------------------------------------------------------------
 */

/* The line, with its mode, triggers d->irq. */
static long line_bind(const struct device *d)
{
    l4_cap_idx_t icu = l4re_env_get_cap("icu");
    if (bus_is_there())
        return bus_interrupt(&d->what, d->irq);
    long error = l4_error(l4_icu_set_mode(icu, d->what.irq, d->what.irq_mode));
    if (error >= 0)
        error = l4_error(l4_icu_bind(icu, d->what.irq, d->irq));
    return error;
}

static long irq_bind(struct device *d, l4_cap_idx_t thread, l4_umword_t label)
{
    d->irq = l4re_util_cap_alloc();
    long error = l4_error(l4_factory_create_irq(l4re_env()->factory, d->irq));
    if (error >= 0)
        error = l4_error(l4_rcv_ep_bind_thread(d->irq, thread, label));
    if (error >= 0)
        error = line_bind(d);
    return error < 0 ? error : 0;
}

long device_open(struct device *d, const struct l4_vitrine_device *what,
                 l4_cap_idx_t thread, l4_umword_t label, const char **ret_what)
{
    *ret_what = "registers";
    d->what = *what;
    d->armed = false;
    long error = device_map(what, &d->registers);
    if (error)
        return error;
    *ret_what = "interrupt";
    error = what->irq_mode ? irq_bind(d, thread, label) : -L4_ENODEV;
    if (error)
        device_unmap(what, d->registers);
    return error;
}

/* l4_irq_receive() unmasks; once too often would count as one more interrupt
 * if the line is up. */
bool device_wait(struct device *d, l4_timeout_t timeout)
{
    l4_msgtag_t tag = d->armed ? l4_ipc_receive(d->irq, l4_utcb(), timeout)
                               : l4_irq_receive(d->irq, timeout);
    d->armed = l4_msgtag_has_error(tag);
    return !d->armed;
}

/* --- memory ----------------------------------------------------------------
 */

static long dma_make(l4re_dma_space_t d)
{
    long error = l4_error(
        l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_DMA_SPACE, d));
    return error < 0
               ? error
               : l4re_dma_space_mgr_associate_phys(l4re_env()->mem_alloc, d,
                                                   L4RE_DMA_SPACE_MGR_COHERENT);
}

/* This program's DMA space, made or asked for when first wanted. */
static long dma_space(l4re_dma_space_t *ret_dma)
{
    static l4re_dma_space_t dma = L4_INVALID_CAP;
    if (l4_is_invalid_cap(dma)) {
        l4re_dma_space_t d = l4re_util_cap_alloc();
        long error = bus_is_there() ? bus_dma(d) : dma_make(d);
        if (error < 0)
            return error;
        dma = d;
    }
    *ret_dma = dma;
    return 0;
}

long device_memory(l4_size_t size, struct device_memory *ret_memory)
{
    struct device_memory m = {.size = l4_round_page(size),
                              .ds = l4re_util_cap_alloc()};
    long error = l4re_ma_alloc((long)m.size, m.ds, L4RE_MA_CONTINUOUS);
    if (error >= 0)
        error =
            l4re_rm_attach(&m.at, m.size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                           m.ds, 0, L4_PAGESHIFT);
    if (error >= 0)
        error = device_share(m.ds, m.size, &m.bus);
    if (error < 0)
        return error;
    *ret_memory = m;
    return 0;
}

long device_share(l4re_ds_t ds, l4_size_t size, l4_uint64_t *ret_bus)
{
    l4re_dma_space_t dma;
    l4_size_t mapped = size;
    long error = dma_space(&dma);
    if (!error)
        error = l4re_dma_space_map(dma, ds, 0, &mapped, 0,
                                   L4RE_DMA_SPACE_BIDIRECTIONAL, ret_bus);
    if (error < 0)
        return error;
    if (mapped == size)
        return 0;
    device_unshare(*ret_bus, mapped);
    return -L4_EINVAL;
}

void device_unshare(l4_uint64_t bus, l4_size_t size)
{
    l4re_dma_space_t dma;
    if (!dma_space(&dma))
        l4re_dma_space_unmap(dma, bus, size, 0, L4RE_DMA_SPACE_BIDIRECTIONAL);
}
