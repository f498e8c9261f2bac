/*
 * The generic interrupt controller: which lines may interrupt, and which one
 * does. Lines (SPIs) are the distributor's, alike in all versions; how a CPU
 * takes an interrupt and calls another is gicv2.c's or gicv3.c's.
 *
 *   INTID 0..15 other CPUs | 16..31 this CPU's own (timer) | 32.. lines
 *
 * A line is ended as it is taken: the core masks a level-triggered one before
 * it looks for more. Lines are the boot CPU's.
 * Source: ARM Generic Interrupt Controller Architecture, versions 2.0 and 3.
 */
#include "gic.h"
#include <l4/sys/err.h>

enum { NONE = 1020, MODE_LEVEL = 2, PPI_FIRST = 16 };
enum { TIMER_VIRTUAL = 2 }; /* of the timer's four interrupts */

struct gic gic;

static struct {
    const struct gic_version *version;
    unsigned timer; /* INTID */
    uint64_t unmasked;
} irqchip;

/* One bit per INTID, in registers of 32. */
static void gicd_bit(unsigned offset, unsigned id)
{
    *gic_register(gic.distributor, offset + id / 32 * 4) = 1u << id % 32;
}

static void irqchip_find(const struct fdt *f)
{
    uint64_t size;
    const char *const kinds[] = {"arm,gic-v3", "arm,cortex-a15-gic",
                                 "arm,gic-400"};
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int node = fdt_next_compatible(f, FDT_ROOT, kinds[i]);
        paddr_t distributor, cpu;
        if (node < 0 || !fdt_reg(f, node, 0, &distributor, &size) ||
            !fdt_reg(f, node, 1, &cpu, &size))
            continue;
        gic.distributor = port_phys_to_virt(distributor);
        gic.cpu = port_phys_to_virt(cpu);
        gic.cpu_size = size;
        irqchip.version = i ? &gicv2 : &gicv3;
        return;
    }
    hardware_die("the device tree has no interrupt controller (GIC)");
}

void irqchip_init(const struct fdt *f)
{
    int timer = fdt_next_compatible(f, FDT_ROOT, "arm,armv8-timer");
    if (timer < 0)
        hardware_die("the device tree has no timer");
    irqchip.timer =
        PPI_FIRST + fdt_cell(f, timer, "interrupts", 3 * TIMER_VIRTUAL + 1, 11);
    irqchip_find(f);
    *gic_register(gic.distributor, GICD_CTLR) = 0;
    for (unsigned id = GIC_FIRST_LINE; id < GIC_FIRST_LINE + GIC_LINES; id++) {
        gicd_bit(GICD_ICENABLER, id);
        gic.distributor[GICD_IPRIORITYR + id] = GIC_PRIORITY;
    }
    irqchip.version->init();
}

void irqchip_init_cpu(void)
{
    irqchip.version->init_cpu(irqchip.timer);
}

void machine_ring(unsigned cpu)
{
    irqchip.version->ring(cpu);
}

void port_irq_mask(unsigned line)
{
    if (line >= GIC_LINES)
        return;
    irqchip.unmasked &= ~(1ul << line);
    gicd_bit(GICD_ICENABLER, GIC_FIRST_LINE + line);
}

void port_irq_unmask(unsigned line)
{
    if (line >= GIC_LINES)
        return;
    irqchip.unmasked |= 1ul << line;
    gicd_bit(GICD_ISENABLER, GIC_FIRST_LINE + line);
}

void port_irq_ack(unsigned line)
{
    (void)line; /* done as it was taken */
}

/* High level or rising edge: SPIs know no others. */
int port_irq_set_mode(unsigned line, unsigned mode)
{
    if (line >= GIC_LINES)
        return -L4_EINVAL;
    unsigned id = GIC_FIRST_LINE + line, shift = id % 16 * 2;
    volatile uint32_t *r =
        gic_register(gic.distributor, GICD_ICFGR + id / 16 * 4);
    uint32_t edge = mode & MODE_LEVEL ? 0 : 2;
    *r = (*r & ~(3u << shift)) | edge << shift;
    return 0;
}

/* Other CPUs' calls say nothing: that they came is enough (run.h). */
void irqchip_deliver(void)
{
    unsigned id;
    while ((id = irqchip.version->take()) < NONE) {
        if (id == irqchip.timer)
            run_timer();
        else if (id >= GIC_FIRST_LINE &&
                 !console_interrupt(id - GIC_FIRST_LINE))
            core_irq(id - GIC_FIRST_LINE);
    }
}

bool irqchip_waits(void)
{
    return irqchip.unmasked != 0;
}
