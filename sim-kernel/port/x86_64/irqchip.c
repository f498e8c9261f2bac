/*
 * Interrupts: the I/O APICs, which lines may interrupt, and the local APIC,
 * which delivers.
 *
 *   line n -> pin of an I/O APIC -> vector VECTOR_LINE + n -> CPU 0
 *
 * An I/O APIC forgets an edge on a masked pin, so lines that work by edges
 * are masked by software only: an edge meanwhile is remembered, and sent
 * again by the unmask.
 *
 * Source: Intel SDM volume 3, chapter 10; 82093AA data sheet (Intel, 1996).
 */
#include "machine.h"
#include <l4/sys/err.h>
#include <l4/sys/icu.h>

enum {
    APIC_ID = 0x20,
    APIC_PRIORITY = 0x80,
    APIC_EOI = 0xb0,
    APIC_SPURIOUS = 0xf0,
    APIC_COMMAND = 0x300,
    APIC_LINT0 = 0x350,
    APIC_LINT1 = 0x360,
    APIC_ERROR = 0x370,
    APIC_ON = 1 << 8,
    COMMAND_TO = 0x310, /* whom */
    COMMAND_BUSY = 1 << 12,
    COMMAND_ASSERT = 1 << 14,
    COMMAND_SELF = 1 << 18,
    COMMAND_INIT = 5 << 8,
    COMMAND_START = 6 << 8,
    MSR_APIC = 0x1b,
    MSR_APIC_ON = 1 << 11,
};
enum {
    CHIP_SELECT = 0,
    CHIP_WINDOW = 0x10,
    CHIP_VERSION = 1,
    CHIP_PIN = 0x10,
    PIN_LOW = 1 << 13,
    PIN_LEVEL = 1 << 15,
    PIN_MASKED = 1 << 16,
};
enum { LINES_MAX = VECTOR_TIMER - VECTOR_LINE, ISA_LINES = 16 };
enum { PIC_MASK_1 = 0x21, PIC_MASK_2 = 0xa1 };

struct line {
    volatile uint32_t *chip; /* NULL: no such line */
    uint8_t pin;
    bool level, low, unmasked;
    bool used;   /* it was unmasked before */
    bool missed; /* an edge came while masked */
};

static struct {
    volatile uint32_t *local;
    struct line line[LINES_MAX];
    unsigned lines, unmasked;
} irqchip;

uint32_t apic_get(unsigned offset)
{
    return irqchip.local[offset / sizeof(uint32_t)];
}

void apic_set(unsigned offset, uint32_t value)
{
    irqchip.local[offset / sizeof(uint32_t)] = value;
}

/* --- I/O APICs ------------------------------------------------------------ */

static void chip_set(volatile uint32_t *chip, unsigned number, uint32_t value)
{
    chip[CHIP_SELECT / 4] = number;
    chip[CHIP_WINDOW / 4] = value;
}

static uint32_t chip_get(volatile uint32_t *chip, unsigned number)
{
    chip[CHIP_SELECT / 4] = number;
    return chip[CHIP_WINDOW / 4];
}

/* NULL: there is no such line. */
static struct line *line_at(unsigned number)
{
    struct line *l = &irqchip.line[number];
    return number < irqchip.lines && l->chip ? l : NULL;
}

/* A pin as its line's state says. */
static void line_set(const struct line *l)
{
    unsigned number = CHIP_PIN + 2u * l->pin;
    uint32_t entry = (uint32_t)(VECTOR_LINE + (l - irqchip.line));
    bool masked = !l->unmasked && (l->level || !l->used);
    chip_set(l->chip, number + 1, machine_cpus[0].apic << 24);
    chip_set(l->chip, number,
             entry | (l->low ? PIN_LOW : 0) | (l->level ? PIN_LEVEL : 0) |
                 (masked ? PIN_MASKED : 0));
}

static void chip_init(const struct acpi_chip *c)
{
    volatile uint32_t *chip = port_phys_to_virt(c->base);
    unsigned pins = (chip_get(chip, CHIP_VERSION) >> 16 & 0xff) + 1;
    for (unsigned i = 0; i < pins && c->first + i < LINES_MAX; i++) {
        bool isa = c->first + i < ISA_LINES;
        irqchip.line[c->first + i] = (struct line){
            .chip = chip, .pin = (uint8_t)i, .level = !isa, .low = !isa};
        line_set(&irqchip.line[c->first + i]);
        if (irqchip.lines <= c->first + i)
            irqchip.lines = c->first + i + 1;
    }
}

void irqchip_init(const struct acpi *a)
{
    irqchip.local = port_phys_to_virt(a->local_apic);
    if (a->has_8259) {
        io_out8(PIC_MASK_1, 0xff);
        io_out8(PIC_MASK_2, 0xff);
    }
    for (unsigned i = 0; i < a->chip_count; i++)
        chip_init(&a->chip[i]);
    for (unsigned i = 0; i < a->override_count; i++) {
        const struct acpi_override *o = &a->override[i];
        struct line *l = line_at(o->line);
        if (!l)
            continue;
        l->level = o->level;
        l->low = o->low;
        line_set(l);
    }
    irqchip_init_cpu();
}

unsigned irqchip_lines(void)
{
    return irqchip.lines;
}

void irqchip_init_cpu(void)
{
    msr_set(MSR_APIC, msr_get(MSR_APIC) | MSR_APIC_ON);
    apic_set(APIC_LINT0, APIC_MASKED);
    apic_set(APIC_LINT1, APIC_MASKED);
    apic_set(APIC_ERROR, APIC_MASKED);
    apic_set(APIC_TIMER, APIC_MASKED);
    apic_set(APIC_PRIORITY, 0);
    apic_set(APIC_SPURIOUS, APIC_ON | VECTOR_SPURIOUS);
    machine_self()->apic = apic_get(APIC_ID) >> 24;
}

/* --- lines ------------------------------------------------------------------
 */

void port_irq_mask(unsigned line)
{
    struct line *l = line_at(line);
    if (!l || !l->unmasked)
        return;
    l->unmasked = false;
    irqchip.unmasked--;
    if (l->level)
        line_set(l);
}

void port_irq_unmask(unsigned line)
{
    struct line *l = line_at(line);
    if (!l || l->unmasked)
        return;
    l->unmasked = l->used = true;
    irqchip.unmasked++;
    line_set(l);
    if (l->missed)
        apic_set(APIC_COMMAND, COMMAND_SELF | (VECTOR_LINE + line));
    l->missed = false;
}

void port_irq_ack(unsigned line)
{
    (void)line; /* irqchip_deliver() does it */
}

/* Both edges: a pin knows one. */
int port_irq_set_mode(unsigned line, unsigned mode)
{
    struct line *l = line_at(line);
    bool both = (mode & L4_IRQ_F_BOTH) == L4_IRQ_F_BOTH;
    if (!l || both)
        return -L4_EINVAL;
    if (!(mode & L4_IRQ_F_SET))
        return 0;
    l->level = mode & L4_IRQ_F_LEVEL;
    l->low = mode & L4_IRQ_F_NEG;
    l->missed = false;
    line_set(l); /* masked, too: a level is only seen in its mode */
    return 0;
}

static void line_deliver(unsigned number)
{
    struct line *l = line_at(number);
    if (l && !l->unmasked)
        l->missed = !l->level;
    else if (l && !console_interrupt(number))
        core_irq(number);
}

/* A level-triggered line has been masked when the end is told, or it would
 * hit again at once. */
void irqchip_deliver(uint64_t vector)
{
    if (vector == VECTOR_SPURIOUS)
        return;
    if (vector < VECTOR_TIMER)
        line_deliver((unsigned)vector - VECTOR_LINE);
    apic_set(APIC_EOI, 0);
    if (vector == VECTOR_TIMER)
        timer_interrupt();
}

/* --- to other CPUs ----------------------------------------------------------
 */

static void irqchip_command(unsigned apic, uint32_t command)
{
    while (apic_get(APIC_COMMAND) & COMMAND_BUSY)
        machine_relax();
    apic_set(COMMAND_TO, apic << 24);
    apic_set(APIC_COMMAND, command | COMMAND_ASSERT);
}

void machine_ring(unsigned cpu)
{
    irqchip_command(machine_cpus[cpu].apic, VECTOR_IPI);
}

void irqchip_send_init(unsigned apic)
{
    irqchip_command(apic, COMMAND_INIT);
}

void irqchip_send_start(unsigned apic, paddr_t page)
{
    irqchip_command(apic, COMMAND_START | (uint32_t)(page >> PAGE_ORDER));
}

bool irqchip_waits(void)
{
    return irqchip.unmasked > 0;
}
