/*
 * Buses: what a driver may ask about its devices (see io.h).
 *
 * A session ends with its driver. The devices may still be reading and writing
 * memory then, so they are made quiet first; the DMA space has kept the memory
 * until that is done.
 */
#include "io.h"
#include "vicu.h"
#include "vitrine_rm.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>
#include <l4/vitrine/mmio.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static struct bus *bus_of(struct l4re_session *session)
{
    return (struct bus *)((char *)session - offsetof(struct bus, session));
}

struct bus *bus_asked(struct l4re_session *session)
{
    for (unsigned i = 0; i < io.buses; i++)
        if (session == &io.bus[i].gate)
            return &io.bus[i];
    return bus_of(session);
}

static const struct io_device *device_at_number(const struct bus *b,
                                                l4_umword_t number)
{
    return number < b->devices ? b->device[number] : NULL;
}

/* --- what can be asked ------------------------------------------------- */

static long on_device(struct l4re_session *session, l4_umword_t number,
                      char *ret_kind, l4_umword_t *ret_base,
                      l4_umword_t *ret_size, l4_umword_t *ret_irq,
                      l4_umword_t *ret_mode)
{
    const struct io_device *d = device_at_number(bus_asked(session), number);
    if (!d)
        return -L4_ENODEV;
    strcpy(ret_kind, d->what.compatible);
    *ret_base = d->what.base;
    *ret_size = d->what.size;
    *ret_irq = d->what.irq;
    *ret_mode = d->what.irq_mode;
    return 0;
}

static unsigned order_of(l4_size_t size)
{
    unsigned order = 0;
    while (1ul << order < size)
        order++;
    return order;
}

static long on_registers(struct l4re_session *session, l4_umword_t number,
                         l4_umword_t page, l4_fpage_t *ret_place)
{
    const struct io_device *d = device_at_number(bus_of(session), number);
    if (!d)
        return -L4_ENODEV;
    if (mmio_is_port(d->what.base)) {
        *ret_place = l4_iofpage(d->what.base, order_of(d->what.size));
        return page ? -L4_ERANGE : 0;
    }
    l4_addr_t first = l4_trunc_page(d->registers);
    l4_addr_t end = l4_round_page(d->registers + d->what.size);
    if (page >= (end - first) >> L4_PAGESHIFT)
        return -L4_ERANGE;
    *ret_place =
        l4_fpage(first + (page << L4_PAGESHIFT), L4_PAGESHIFT, L4_FPAGE_RW);
    return 0;
}

static long on_interrupt(struct l4re_session *session, l4_umword_t number,
                         l4_cap_idx_t irq)
{
    const struct io_device *d = device_at_number(bus_of(session), number);
    if (!d || !d->what.irq_mode)
        return -L4_ENODEV;
    return vicu_bind(d, irq);
}

static long on_dma(struct l4re_session *session, l4_cap_idx_t *ret_space)
{
    *ret_space = bus_of(session)->dma;
    return 0;
}

static long on_hid(struct l4re_session *session, l4_umword_t number,
                   char *ret_hid)
{
    const struct io_device *d = device_at_number(bus_asked(session), number);
    if (!d)
        return -L4_ENODEV;
    strcpy(ret_hid, d->kind);
    return 0;
}

static long on_icu(struct l4re_session *session, l4_cap_idx_t *ret_icu)
{
    return vicu_open(bus_of(session), ret_icu);
}

/* --- a session -------------------------------------------------------- */

static long dma_make(struct bus *b)
{
    l4_cap_idx_t allocator = l4re_env()->mem_alloc;
    b->dma = l4re_util_cap_alloc();
    long error =
        l4_error(l4_factory_create(allocator, L4RE_PROTO_DMA_SPACE, b->dma));
    if (error >= 0)
        error = l4re_dma_space_mgr_associate_phys(allocator, b->dma,
                                                  L4RE_DMA_SPACE_MGR_COHERENT);
    return error < 0 ? error : 0;
}

static void dma_destroy(struct bus *b)
{
    vitrine_destroy(b->dma);
    l4re_util_cap_free_um(b->dma);
}

/* The order is what it is about. */
static void on_closed(struct l4re_session *session)
{
    struct bus *b = bus_of(session);
    for (unsigned i = 0; i < b->devices; i++)
        device_quiet(b->device[i]);
    dma_destroy(b);
    vicu_close(b);
    b->is_open = false;
    holder_end(&b->holder);
}

static long gate_open(struct l4re_session *gate, l4_cap_idx_t *ret_session)
{
    static const struct vbus_methods methods = {
        .device = on_device,
        .registers = on_registers,
        .interrupt = on_interrupt,
        .dma = on_dma,
        .hid = on_hid,
        .icu = on_icu,
    };
    static const struct l4re_service service = {.interface = &vbus_interface,
                                                .methods = &methods,
                                                .closed = on_closed,
                                                .other = holder_serve};
    struct bus *b = (struct bus *)gate;
    if (b->is_open)
        return -L4_EBUSY;
    long error = dma_make(b);
    if (!error)
        error = l4re_session_open(gate, &b->session, &service, NULL);
    if (error) {
        dma_destroy(b);
        return error;
    }
    b->is_open = true; /* keeps I2 */
    *ret_session = b->session.gate;
    return 0;
}

struct bus *bus_new(const char *name)
{
    static const struct vbus_methods methods = {
        .open = gate_open, .device = on_device, .hid = on_hid};
    static const struct l4re_service service = {.interface = &vbus_interface,
                                                .methods = &methods,
                                                .other = holder_serve};
    struct bus *b = &io.bus[io.buses];
    l4_cap_idx_t gate = l4re_env_get_cap(name);
    if (io.buses == BUSES_MAX || l4_is_invalid_cap(gate) ||
        l4re_server_publish(&io.server, &b->gate, &service, gate) < 0)
        return NULL;
    snprintf(b->name, sizeof b->name, "%s", name);
    holder_init(&b->holder);
    io.buses++;
    return b;
}
