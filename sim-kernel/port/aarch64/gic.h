/*
 * Where the versions of the GIC differ: how interrupts find their CPU, are
 * taken there, and are sent from one to another.
 */
#ifndef GIC_H
#define GIC_H

#include "machine.h"

/* Registers of the distributor that both versions have. */
enum {
    GICD_CTLR = 0x000,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_IPRIORITYR = 0x400,
    GICD_ICFGR = 0xc00,
};
enum { GIC_FIRST_LINE = 32, GIC_LINES = 64, GIC_PRIORITY = 0x80 };
enum { GIC_RING = 0 }; /* the INTID by which CPUs call each other */

/* What the device tree says. */
extern struct gic {
    volatile uint8_t *distributor;
    volatile uint8_t *cpu; /* GICv2: CPU interface; GICv3: redistributors */
    uint64_t cpu_size;
} gic;

struct gic_version {
    void (*init)(void);               /* once: lines go to the boot CPU */
    void (*init_cpu)(unsigned timer); /* on each CPU; timer: its INTID */
    unsigned (*take)(void);           /* an INTID, ended; from 1020: none */
    void (*ring)(unsigned cpu);
};

extern const struct gic_version gicv2, gicv3;

static inline volatile uint32_t *gic_register(volatile uint8_t *base,
                                              uint64_t offset)
{
    return (volatile uint32_t *)(base + offset);
}

#endif
