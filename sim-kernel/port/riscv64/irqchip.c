/*
 * The platform-level interrupt controller: which lines may interrupt, and
 * which one does.
 *
 * A line is completed as it is claimed: the core masks a level-triggered one
 * before it looks for more, and a completion of a masked line would be lost.
 * Source: RISC-V Platform-Level Interrupt Controller Specification 1.0.
 */
#include "machine.h"
#include <l4/sys/err.h>

enum {
    PRIORITY = 0,
    ENABLE = 0x2000,
    ENABLE_STEP = 0x80, /* from context to context */
    CONTEXT = 0x200000,
    CONTEXT_STEP = 0x1000,
    THRESHOLD = 0,
    CLAIM = 4,
};

static struct {
    volatile uint8_t *base;
    unsigned context, lines, unmasked;
} irqchip;

static volatile uint32_t *irqchip_register(uint64_t offset)
{
    return (volatile uint32_t *)(irqchip.base + offset);
}

static volatile uint32_t *irqchip_enable(unsigned line)
{
    return irqchip_register(ENABLE + irqchip.context * ENABLE_STEP +
                            line / 32 * 4);
}

static volatile uint32_t *irqchip_context(uint64_t offset)
{
    return irqchip_register(CONTEXT + irqchip.context * CONTEXT_STEP + offset);
}

void irqchip_init(paddr_t base, unsigned context, unsigned lines)
{
    irqchip.base = port_phys_to_virt(base);
    irqchip.context = context;
    irqchip.lines = lines;
    for (unsigned i = 1; i < lines; i++) {
        *irqchip_register(PRIORITY + 4 * i) = 1;
        *irqchip_enable(i) = 0;
    }
    *irqchip_context(THRESHOLD) = 0;
}

static void irqchip_set(unsigned line, bool on)
{
    if (!line || line >= irqchip.lines)
        return; /* line 0 does not exist */
    uint32_t bit = 1u << line % 32, old = *irqchip_enable(line);
    irqchip.unmasked += on && !(old & bit);
    irqchip.unmasked -= !on && old & bit;
    *irqchip_enable(line) = on ? old | bit : old & ~bit;
}

void port_irq_mask(unsigned line)
{
    irqchip_set(line, false);
}

/* What became pending while masked: QEMU's PLIC (7.2) does not look again at
 * a change of the enable bits, but at one of the threshold it does. */
void port_irq_unmask(unsigned line)
{
    irqchip_set(line, true);
    *irqchip_context(THRESHOLD) = 0;
}

void port_irq_ack(unsigned line)
{
    (void)line; /* done as it was claimed */
}

/* The gateways of a machine are wired one way; both modes work as they are. */
int port_irq_set_mode(unsigned line, unsigned mode)
{
    (void)mode;
    return line < irqchip.lines ? 0 : -L4_EINVAL;
}

void irqchip_deliver(void)
{
    uint32_t line;
    while ((line = *irqchip_context(CLAIM))) {
        *irqchip_context(CLAIM) = line;
        if (!console_interrupt(line))
            core_irq(line);
    }
}

bool irqchip_waits(void)
{
    return irqchip.unmasked > 0;
}
