/*
 * The generic interrupt controller, version 2: which lines may interrupt, and
 * which one does.
 *
 *   INTID 0..15 other CPUs | 16..31 this CPU's own (timer) | 32.. lines
 *
 * A line is ended as it is taken: the core masks a level-triggered one before
 * it looks for more.
 * Source: ARM Generic Interrupt Controller Architecture version 2.0.
 */
#include "machine.h"
#include <l4/sys/err.h>

enum {
    GICD_CTLR = 0x000,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_IPRIORITYR = 0x400,
    GICD_ITARGETSR = 0x800,
    GICD_ICFGR = 0xc00,
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,
};
enum {
    FIRST_LINE = 32,
    LINES = 64,
    NONE = 1020,
    MODE_LEVEL = 2,
    PRIORITY = 0x80
};

static struct {
    volatile uint8_t *distributor, *cpu;
    unsigned timer;
    uint64_t unmasked;
} irqchip;

static volatile uint32_t *gicd(unsigned offset)
{
    return (volatile uint32_t *)(irqchip.distributor + offset);
}

static volatile uint32_t *gicc(unsigned offset)
{
    return (volatile uint32_t *)(irqchip.cpu + offset);
}

/* One bit per INTID, in registers of 32. */
static void gicd_bit(unsigned offset, unsigned id)
{
    *gicd(offset + id / 32 * 4) = 1u << id % 32;
}

void irqchip_init(paddr_t distributor, paddr_t cpu, unsigned timer)
{
    irqchip.distributor = port_phys_to_virt(distributor);
    irqchip.cpu = port_phys_to_virt(cpu);
    irqchip.timer = timer;
    *gicd(GICD_CTLR) = 0;
    for (unsigned id = FIRST_LINE; id < FIRST_LINE + LINES; id++) {
        gicd_bit(GICD_ICENABLER, id);
        irqchip.distributor[GICD_IPRIORITYR + id] = PRIORITY;
        irqchip.distributor[GICD_ITARGETSR + id] = 1;
    }
    irqchip.distributor[GICD_IPRIORITYR + timer] = PRIORITY;
    gicd_bit(GICD_ISENABLER, timer);
    *gicd(GICD_CTLR) = 1;
    *gicc(GICC_PMR) = 0xff;
    *gicc(GICC_CTLR) = 1;
}

void port_irq_mask(unsigned line)
{
    if (line >= LINES)
        return;
    irqchip.unmasked &= ~(1ul << line);
    gicd_bit(GICD_ICENABLER, FIRST_LINE + line);
}

void port_irq_unmask(unsigned line)
{
    if (line >= LINES)
        return;
    irqchip.unmasked |= 1ul << line;
    gicd_bit(GICD_ISENABLER, FIRST_LINE + line);
}

void port_irq_ack(unsigned line)
{
    (void)line; /* done as it was taken */
}

/* High level or rising edge: SPIs know no others. */
int port_irq_set_mode(unsigned line, unsigned mode)
{
    if (line >= LINES)
        return -L4_EINVAL;
    unsigned id = FIRST_LINE + line, shift = id % 16 * 2;
    uint32_t old = *gicd(GICD_ICFGR + id / 16 * 4) & ~(3u << shift);
    uint32_t edge = mode & MODE_LEVEL ? 0 : 2;
    *gicd(GICD_ICFGR + id / 16 * 4) = old | edge << shift;
    return 0;
}

void irqchip_deliver(void)
{
    for (;;) {
        uint32_t taken = *gicc(GICC_IAR), id = taken & 0x3ff;
        if (id >= NONE)
            return;
        *gicc(GICC_EOIR) = taken;
        if (id == irqchip.timer)
            machine_timer();
        else if (id >= FIRST_LINE && !console_interrupt(id - FIRST_LINE))
            core_irq(id - FIRST_LINE);
    }
}

bool irqchip_waits(void)
{
    return irqchip.unmasked != 0;
}
