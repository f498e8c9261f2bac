/*
 * Console: a 16550 UART, waited for byte by byte.
 * Source: PC16550D data sheet (National Semiconductor, 1995), section 8.
 */
#include "machine.h"

enum { RBR = 0, THR = 0, LSR = 5, LSR_RECEIVED = 1, LSR_SENT = 0x20 };

static struct {
    volatile uint8_t *base; /* NULL: nothing is said */
    unsigned shift;         /* log2 of the distance of registers */
} console;

void console_init(paddr_t base, unsigned shift)
{
    console.base = port_phys_to_virt(base);
    console.shift = shift;
}

static volatile uint8_t *console_register(unsigned number)
{
    return console.base + (number << console.shift);
}

static void console_byte(char byte)
{
    while (!(*console_register(LSR) & LSR_SENT))
        ;
    *console_register(THR) = (uint8_t)byte;
}

void port_console_write(const char *text, size_t length)
{
    if (!console.base)
        return;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            console_byte('\r');
        console_byte(text[i]);
    }
}

int port_console_read(void)
{
    if (!console.base || !(*console_register(LSR) & LSR_RECEIVED))
        return -1;
    return *console_register(RBR);
}
