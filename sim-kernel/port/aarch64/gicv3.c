/*
 * GIC version 3: a CPU takes interrupts by system registers, and its own
 * (INTID 0..31) are configured in its redistributor, found by its affinity.
 * Source: ARM Generic Interrupt Controller Architecture, GICv3, 12.
 */
#include "gic.h"

enum {
    CTLR_GROUP1 = 2,
    CTLR_AFFINITY = 0x10,
    CTLR_BUSY = 1u << 31,
    GICD_IGROUPR = 0x80,
    GICD_IROUTER = 0x6000,
    GICR_TYPER = 0x08,
    GICR_WAKER = 0x14,
    WAKER_SLEEP = 2,
    WAKER_ASLEEP = 4,
    GICR_SIZE = 0x20000, /* two frames of 64 KiB */
    GICR_OWN = 0x10000,  /* the second has INTID 0..31 */
    TYPER_LAST = 1 << 4,
};

/* The affinity as TYPER has it, of MPIDR's four fields. */
static uint32_t v3_affinity(uint64_t number)
{
    return (uint32_t)(number >> 8 & 0xff000000) |
           (uint32_t)(number & 0x00ffffff);
}

/* This CPU's redistributor. */
static volatile uint8_t *v3_own(void)
{
    uint32_t wanted = v3_affinity(machine_number());
    for (uint64_t at = 0; at < gic.cpu_size; at += GICR_SIZE) {
        uint32_t affinity = *gic_register(gic.cpu, at + GICR_TYPER + 4);
        if (affinity == wanted)
            return gic.cpu + at;
        if (*gic_register(gic.cpu, at + GICR_TYPER) & TYPER_LAST)
            break;
    }
    hardware_die("the GIC has no redistributor for CPU %u",
                 (unsigned long)port_cpu());
}

static void v3_init(void)
{
    uint64_t boot = machine_number();
    *gic_register(gic.distributor, GICD_CTLR) = CTLR_AFFINITY | CTLR_GROUP1;
    while (*gic_register(gic.distributor, GICD_CTLR) & CTLR_BUSY)
        ;
    for (unsigned id = GIC_FIRST_LINE; id < GIC_FIRST_LINE + GIC_LINES; id++) {
        *gic_register(gic.distributor, GICD_IGROUPR + id / 32 * 4) = ~0u;
        *(volatile uint64_t *)(gic.distributor + GICD_IROUTER + 8 * id) = boot;
    }
}

static void v3_init_cpu(unsigned timer)
{
    volatile uint8_t *own = v3_own();
    volatile uint32_t *waker = gic_register(own, GICR_WAKER);
    *waker &= ~(uint32_t)WAKER_SLEEP;
    while (*waker & WAKER_ASLEEP)
        ;
    own += GICR_OWN;
    *gic_register(own, GICD_IGROUPR) = ~0u;
    own[GICD_IPRIORITYR + timer] = GIC_PRIORITY;
    own[GICD_IPRIORITYR + GIC_RING] = GIC_PRIORITY;
    *gic_register(own, GICD_ISENABLER) = 1u << timer | 1u << GIC_RING;
    __asm__ volatile("msr S3_0_C12_C12_5, %0\n\tisb" /* ICC_SRE_EL1 */
                     :
                     : "r"(7ul));
    __asm__ volatile("msr S3_0_C4_C6_0, %0" : : "r"(0xfful)); /* ICC_PMR_EL1 */
    __asm__ volatile("msr S3_0_C12_C12_7, %0\n\tisb" /* ICC_IGRPEN1_EL1 */
                     :
                     : "r"(1ul));
}

static unsigned v3_take(void)
{
    unsigned long taken;
    __asm__ volatile("mrs %0, S3_0_C12_C12_0\n\tdsb sy" /* ICC_IAR1_EL1 */
                     : "=r"(taken));
    if (taken < 1020)
        __asm__ volatile("msr S3_0_C12_C12_1, %0\n\tisb" /* ICC_EOIR1_EL1 */
                         :
                         : "r"(taken));
    return (unsigned)taken;
}

static void v3_ring(unsigned cpu)
{
    uint64_t n = machine_cpus[cpu].number;
    uint64_t sgi = (n >> 32 & 0xff) << 48 | (n >> 16 & 0xff) << 32 |
                   (n >> 8 & 0xff) << 16 | (uint64_t)GIC_RING << 24 |
                   1ul << (n & 0xf);
    __asm__ volatile("dsb ish\n\tmsr S3_0_C12_C11_5, %0\n\tisb" /* SGI1R */
                     :
                     : "r"(sgi)
                     : "memory");
}

const struct gic_version gicv3 = {v3_init, v3_init_cpu, v3_take, v3_ring};
