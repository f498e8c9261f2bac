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

/* A 16550 keeps what is in its scratch register; where nothing is, all bits
 * are read as 1. */
void console_guess(void)
{
    enum { COM1 = 0x3f8, SCRATCH = 7, MARK = 0x5a };
    if (console_port)
        return;
    io_out8(COM1 + SCRATCH, MARK);
    if (io_in8(COM1 + SCRATCH) != MARK)
        return;
    console_init(COM1, ~0u);
    port_console_write("\2", 1); /* firmware spoke before (tools/qemu) */
}

uint8_t ns16550_get(unsigned number)
{
    return io_in8((uint16_t)(console_port + number));
}

void ns16550_set(unsigned number, uint8_t value)
{
    io_out8((uint16_t)(console_port + number), value);
}
