/*
 * Devices at work when their driver ends, and what the next one finds.
 *
 *      rom/sys-quiet start     capability: vbus; sets each device to work and
 *                              ends
 *      rom/sys-quiet look      tells how they are
 *
 * By L4Re's functions, with registers as the manuals name them.
 */
#include <l4/io/io.h>
#include <l4/re/env.h>
#include <l4/vbus/vbus.h>
#include <l4/vitrine/mmio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A register that says whether the device works, and how it is set to. */
static const struct kind {
    const char *name; /* or how it begins */
    unsigned at, size, works;
} kinds[] = {
    {"ns16550a", 1, 1, 3},               /* IER: received, sent */
    {"arm,pl011", 0x38, 4, 0x30},        /* IMSC: received, sent */
    {"google,goldfish-rtc", 0x10, 4, 1}, /* IRQ_ENABLED */
    {"arm,pl031", 0x10, 4, 1},           /* IMSC */
    {"virtio-", 0x70, 4, 3},             /* STATUS: a driver has seen it */
};

static const struct kind *kind_of(const char *name)
{
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (!strncmp(name, kinds[i].name, strlen(kinds[i].name)))
            return &kinds[i];
    return NULL;
}

static unsigned get(const struct kind *k, l4_addr_t r)
{
    return k->size == 1 ? mmio_read8(r + k->at) : mmio_read32(r + k->at);
}

static void set(const struct kind *k, l4_addr_t r)
{
    if (k->size == 1)
        mmio_write8(r + k->at, (l4_uint8_t)k->works);
    else
        mmio_write32(r + k->at, k->works);
}

int main(int argc, char **argv)
{
    l4io_device_handle_t dev = l4io_get_root_device();
    bool starts = argc > 1 && !strcmp(argv[1], "start");
    l4io_device_t d;
    l4io_resource_handle_t at;
    while (!l4io_iterate_devices(&dev, &d, &at)) {
        const struct kind *k = kind_of(d.name);
        if (!k)
            continue;
        l4_addr_t r = l4io_request_resource_iomem(dev, &at);
        if (starts)
            set(k, r);
        printf("%s: %#x\n", d.name, get(k, r));
    }
    return 0;
}
