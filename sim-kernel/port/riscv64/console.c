/*
 * Console: a 16550 UART in memory (../common/ns16550.c).
 */
#include "machine.h"
#include "ns16550.h"

static volatile uint8_t *console_base;
static unsigned console_shift; /* log2 of the distance of registers */

void console_init(paddr_t base, unsigned shift, unsigned irq)
{
    console_base = port_phys_to_virt(base);
    console_shift = shift;
    ns16550_init(irq);
}

uint8_t ns16550_get(unsigned number)
{
    return console_base[number << console_shift];
}

void ns16550_set(unsigned number, uint8_t value)
{
    console_base[number << console_shift] = value;
}
