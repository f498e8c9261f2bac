/*
 * io over a machine of four devices, on two buses of a description, with a
 * power gate. Registers are the host's memory.
 */
#include "device.h"
#include "event-client.h"
#include "inhibitor-client.h"
#include "kernel.h"
#include "vbus-client.h"
#include <l4/sys/err.h>
#include <l4/sys/icu.h>
#include <string.h>

enum { SLOT = 0x1000, DEVICES = 4, WORDS = SLOT / 4 };

static _Alignas(SLOT) unsigned registers[DEVICES][WORDS];

static const char description[] =
    "Io.bus('disk', {Io.match('virtio-block', 0)})\n"
    "local rest = {}\n"
    "for i, d in ipairs(Io.devices()) do\n"
    "  if d.kind ~= 'virtio-block' then rest[#rest + 1] = Io.match(d.kind) "
    "end\n"
    "end\n"
    "Io.bus('rest', rest, {share = true})\n"
    "Io.bus('none', {})\n";

/* Where virtio says what it is: "virt", version 2, and the device. */
static void prepare(void)
{
    static const unsigned ids[DEVICES] = {2, 1, 18, 0};
    for (unsigned i = 0; i < DEVICES; i++)
        memcpy(registers[i], (unsigned[]){0x74726976, 2, ids[i]}, 12);
}

/* The last one is no virtio device. */
long device_number(unsigned n, struct l4_vitrine_device *ret_device)
{
    if (n >= DEVICES)
        return -L4_ENODEV;
    *ret_device = (struct l4_vitrine_device){
        .base = (l4_addr_t)registers[n],
        .size = SLOT,
        .irq = n + 1,
        .irq_mode = n % 2 ? L4_IRQ_F_LEVEL_HIGH : L4_IRQ_F_POS_EDGE,
    };
    strcpy(ret_device->compatible, n < 3 ? "virtio,mmio" : "goldfish-rtc");
    return 0;
}

void device_level(struct l4_vitrine_device *d)
{
    (void)d;
}

long device_map(const struct l4_vitrine_device *d, l4_addr_t *ret_registers)
{
    *ret_registers = d->base;
    return 0;
}

void device_unmap(const struct l4_vitrine_device *d, l4_addr_t r)
{
    (void)d, (void)r;
}

const struct host_server host_server = {
    .argv = {"io", description},
    .gates = {"disk", "rest", "none", "platform_ctl"},
    .others = {"icu", "sigma0"},
    .protocols = {VBUS_PROTOCOL, INHIBITOR_PROTOCOL, L4_PROTO_PLATFORM_CTL,
                  EVENT_PROTOCOL, L4_PROTO_IRQ},
    .prepare = prepare,
};
