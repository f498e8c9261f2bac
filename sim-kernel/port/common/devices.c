/*
 * Devices for user level (see devices.h).
 *
 * One interrupt a device, told as its controller's binding says: one cell is
 * the line, level-triggered (PLIC); three are kind, number and trigger (GIC).
 * Source: Devicetree Specification v0.4, section 2.4.
 */
#include "devices.h"
#include <string.h>

enum { GIC_CELLS = 3, GIC_EDGE = 1 };
enum { MODE_EDGE = 1, MODE_LEVEL = 3 }; /* L4_IRQ_F_POS_EDGE, _LEVEL_HIGH */

static const char *const kinds[] = {
    "virtio,mmio",         "ns16550a",  "arm,pl011",
    "google,goldfish-rtc", "arm,pl031", "qemu,fw-cfg-mmio",
};

/* The node's own or inherited interrupt controller. */
static int interrupt_parent(const struct fdt *f, int node)
{
    for (; node >= 0; node = fdt_parent(f, node)) {
        uint32_t phandle = fdt_cell(f, node, "interrupt-parent", 0, 0);
        if (phandle)
            return fdt_by_phandle(f, phandle);
    }
    return FDT_NONE;
}

static void find_interrupt(const struct fdt *f, int node, uint32_t cells,
                           struct l4_vitrine_device *d)
{
    uint32_t size;
    bool gic = cells == GIC_CELLS;
    if (!fdt_property(f, node, "interrupts", &size))
        return;
    d->irq = fdt_cell(f, node, "interrupts", gic ? 1 : 0, 0);
    bool edge = gic && fdt_cell(f, node, "interrupts", 2, 0) == GIC_EDGE;
    d->irq_mode = edge ? MODE_EDGE : MODE_LEVEL;
}

void devices_insert(struct l4_vitrine_device *list, unsigned count,
                    const struct l4_vitrine_device *d)
{
    for (; count && list[count - 1].base > d->base; count--)
        list[count] = list[count - 1];
    list[count] = *d;
}

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* The number of the node's kind, KINDS: not of interest. */
static unsigned find_kind(const struct fdt *f, int node)
{
    unsigned kind = 0;
    while (kind < KINDS && !fdt_is_compatible(f, node, kinds[kind]))
        kind++;
    return kind;
}

/* Devices of one kind all hang on one controller. */
unsigned devices_find(const struct fdt *f, struct l4_vitrine_device *list,
                      unsigned room)
{
    uint32_t cells[KINDS] = {0};
    struct fdt_walk w = {0};
    unsigned count = 0;
    while (count < room && fdt_walk(f, &w)) {
        struct l4_vitrine_device d = {0};
        unsigned kind = find_kind(f, w.node);
        if (kind == KINDS ||
            !fdt_reg_in(f, w.parent, w.node, 0, &d.base, &d.size))
            continue;
        if (!cells[kind])
            cells[kind] = fdt_cell(f, interrupt_parent(f, w.node),
                                   "#interrupt-cells", 0, 1);
        memcpy(d.compatible, kinds[kind], strlen(kinds[kind]));
        find_interrupt(f, w.node, cells[kind], &d);
        devices_insert(list, count++, &d);
    }
    return count;
}
