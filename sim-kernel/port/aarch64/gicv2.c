/*
 * GIC version 2: each CPU has an interface in memory, and sees its own copy
 * of the distributor's first registers (INTID 0..31).
 * Source: ARM Generic Interrupt Controller Architecture version 2.0.
 */
#include "gic.h"

enum {
    GICD_ITARGETSR = 0x800,
    GICD_SGIR = 0xf00,
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,
};

static uint8_t interface[RUN_CPUS_MAX]; /* one bit, as in ITARGETSR */

static void v2_init(void)
{
    uint8_t boot = gic.distributor[GICD_ITARGETSR];
    for (unsigned id = GIC_FIRST_LINE; id < GIC_FIRST_LINE + GIC_LINES; id++)
        gic.distributor[GICD_ITARGETSR + id] = boot ? boot : 1;
    *gic_register(gic.distributor, GICD_CTLR) = 1;
}

/* With one CPU the registers of targets read as zero. */
static void v2_init_cpu(unsigned timer)
{
    interface[port_cpu()] = gic.distributor[GICD_ITARGETSR];
    gic.distributor[GICD_IPRIORITYR + timer] = GIC_PRIORITY;
    gic.distributor[GICD_IPRIORITYR + GIC_RING] = GIC_PRIORITY;
    *gic_register(gic.distributor, GICD_ISENABLER) =
        1u << timer | 1u << GIC_RING;
    *gic_register(gic.cpu, GICC_PMR) = 0xff;
    *gic_register(gic.cpu, GICC_CTLR) = 1;
}

static unsigned v2_take(void)
{
    uint32_t taken = *gic_register(gic.cpu, GICC_IAR);
    *gic_register(gic.cpu, GICC_EOIR) = taken;
    return taken & 0x3ff;
}

static void v2_ring(unsigned cpu)
{
    __asm__ volatile("dsb ish" : : : "memory");
    *gic_register(gic.distributor, GICD_SGIR) =
        (uint32_t)interface[cpu] << 16 | GIC_RING;
}

const struct gic_version gicv2 = {v2_init, v2_init_cpu, v2_take, v2_ring};
