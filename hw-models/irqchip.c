/*
 * Interrupt controller: 32 lines in, one output.
 *
 * Each line passes a gateway and then waits in one bit of `pending`:
 *
 *   input --polarity--> active --gateway--> pending --enable--> output
 *                                  ^                   |
 *                                  |              claim (read)
 *                                  +-- complete (write)
 *
 * A level gateway lets `active` through while the line is not claimed; an
 * edge gateway sets `pending` at each edge, also while the line is claimed,
 * so no edge between claim and complete is lost (two become one).
 *
 * Invariants:
 * I1  raised == ((pending & enable & ~claimed) != 0).
 * I2  for level lines pending == active & ~claimed.
 *
 * Source: RISC-V Platform-Level Interrupt Controller specification 1.0,
 * chapters 2 and 8, for the gateway and claim/complete; the registers are
 * our own.
 */
#include "irqchip.h"

enum {
    PENDING = 0x00,
    ENABLE = 0x04,
    CLAIM = 0x08,
    MODE_LEVEL = 0x0c,
    POLARITY = 0x10,
    BOTH = 0x14,
};

/* Restores I2, then I1. */
static void update(struct hw_irqchip *c)
{
    uint32_t active = c->input ^ c->low;
    bool raised;

    c->pending &= ~c->level;
    c->pending |= active & c->level & ~c->claimed;
    raised = (c->pending & c->enable & ~c->claimed) != 0;
    if (raised == c->raised)
        return;
    c->raised = raised;
    c->output(c->data, raised);
}

/* The lowest line that waits, plus 1; 0: none. */
static uint32_t claim(struct hw_irqchip *c)
{
    uint32_t waiting = c->pending & c->enable & ~c->claimed;
    uint32_t bit = waiting & -waiting;

    if (!bit)
        return 0;
    c->pending &= ~bit;
    c->claimed |= bit;
    update(c);
    return (uint32_t)__builtin_ctz(bit) + 1;
}

static void complete(struct hw_irqchip *c, uint64_t id)
{
    if (id >= 1 && id <= HW_IRQCHIP_LINES)
        c->claimed &= ~(1u << (id - 1));
}

void hw_irqchip_init(struct hw_irqchip *c,
                     void (*output)(void *data, bool raised), void *data)
{
    *c = (struct hw_irqchip){.output = output, .data = data};
}

void hw_irqchip_input(struct hw_irqchip *c, unsigned line, bool high)
{
    uint32_t bit = line < HW_IRQCHIP_LINES ? 1u << line : 0;
    uint32_t before = c->input;

    c->input = high ? before | bit : before & ~bit;
    if (c->input == before)
        return;
    if ((c->both & bit) || ((c->input ^ c->low) & bit))
        c->pending |= bit & ~c->level;
    update(c);
}

uint64_t hw_irqchip_read(struct hw_irqchip *c, uint64_t offset, unsigned size)
{
    if (size != 4)
        return 0;
    switch (offset) {
    case PENDING:
        return c->pending;
    case ENABLE:
        return c->enable;
    case CLAIM:
        return claim(c);
    case MODE_LEVEL:
        return c->level;
    case POLARITY:
        return c->low;
    case BOTH:
        return c->both;
    default:
        return 0;
    }
}

void hw_irqchip_write(struct hw_irqchip *c, uint64_t offset, unsigned size,
                      uint64_t value)
{
    uint32_t bits = (uint32_t)value;

    if (size != 4)
        return;
    if (offset == ENABLE)
        c->enable = bits;
    else if (offset == CLAIM)
        complete(c, bits);
    else if (offset == MODE_LEVEL)
        c->level = bits;
    else if (offset == POLARITY)
        c->low = bits;
    else if (offset == BOTH)
        c->both = bits;
    update(c);
}
