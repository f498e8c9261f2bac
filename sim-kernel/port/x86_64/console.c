/*
 * Console: a 16550 UART at I/O ports (../common/ns16550.c).
 */
#include "machine.h"
#include "ns16550.h"

static uint16_t console_port;

void console_init(uint16_t port, unsigned irq)
{
    console_port = port;
    ns16550_init(irq);
}

uint8_t ns16550_get(unsigned number)
{
    return io_in8((uint16_t)(console_port + number));
}

void ns16550_set(unsigned number, uint8_t value)
{
    io_out8((uint16_t)(console_port + number), value);
}
