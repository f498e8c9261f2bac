/*
 * The machine's devices (see io.h).
 *
 * The boot information calls all virtio slots alike; what is in one its
 * registers say, so io looks there and names it. Slots with nothing in them
 * are left out.
 */
#include "io.h"
#include <l4/vitrine/mmio.h>
#include <string.h>

enum { MAGIC = 0x000, VERSION = 0x004, DEVICE_ID = 0x008 };
enum { MAGIC_VIRT = 0x74726976, MODERN = 2 };

static const char *const virtio_names[] = {
    [1] = "virtio-net",     [2] = "virtio-block", [3] = "virtio-console",
    [4] = "virtio-entropy", [16] = "virtio-gpu",  [18] = "virtio-input",
};

/* NULL: an empty slot, or what nobody has a name for. */
static const char *virtio_name(l4_addr_t r)
{
    unsigned id = mmio_read32(r + DEVICE_ID);
    if (mmio_read32(r + MAGIC) != MAGIC_VIRT ||
        mmio_read32(r + VERSION) != MODERN ||
        id >= sizeof virtio_names / sizeof virtio_names[0])
        return NULL;
    return virtio_names[id];
}

static void device_add(const struct l4_vitrine_device *what)
{
    struct io_device *d = &io.device[io.devices];
    if (io.devices == DEVICES_MAX)
        return;
    *d = (struct io_device){.what = *what,
                            .kind = d->what.compatible,
                            .is_virtio =
                                !strcmp(what->compatible, "virtio,mmio")};
    if (d->is_virtio) {
        if (device_map(what, &d->registers))
            return;
        d->kind = virtio_name(d->registers);
        if (!d->kind) {
            device_unmap(what, d->registers);
            return;
        }
    }
    io.devices++;
}

void devices_find(void)
{
    struct l4_vitrine_device what;
    for (unsigned i = 0; !device_number(i, &what); i++) {
        device_level(&what);
        device_add(&what);
    }
}

struct io_device *device_of_kind(const char *kind, unsigned n)
{
    for (unsigned i = 0; i < io.devices; i++)
        if (!strcmp(io.device[i].kind, kind) && !n--)
            return &io.device[i];
    return NULL;
}

static bool shares_page(const struct l4_vitrine_device *a,
                        const struct l4_vitrine_device *b)
{
    return !mmio_is_port(a->base) &&
           l4_trunc_page(a->base) < l4_round_page(b->base + b->size) &&
           l4_trunc_page(b->base) < l4_round_page(a->base + a->size);
}

const struct bus *device_page_shared(const struct io_device *d,
                                     const struct bus *b)
{
    for (unsigned i = 0; i < io.devices; i++) {
        const struct io_device *o = &io.device[i];
        if (o->bus && o->bus != b && shares_page(&d->what, &o->what))
            return o->bus;
    }
    return NULL;
}

/* Keeps I1. */
const char *device_give(struct io_device *d, struct bus *b)
{
    if (d->bus)
        return "is on a bus already";
    if (b->devices == BUS_DEVICES)
        return "is one too many for the bus";
    if (!d->is_virtio && device_map(&d->what, &d->registers))
        return "cannot be had from sigma0";
    if (quiet_prepare(d))
        return "could not be made quiet: no memory";
    d->bus = b;
    b->device[b->devices++] = d;
    return NULL;
}
