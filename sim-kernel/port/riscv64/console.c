/*
 * Console: a 16550 UART, waited for byte by byte.
 * Source: PC16550D data sheet (National Semiconductor, 1995), section 8.
 */
#include "machine.h"

enum {
    RBR = 0,
    THR = 0,
    IER = 1,
    LSR = 5,
    IER_RECEIVED = 1,
    LSR_RECEIVED = 1,
    LSR_SENT = 0x20,
};

static struct {
    volatile uint8_t *base; /* NULL: nothing is said */
    unsigned shift;         /* log2 of the distance of registers */
    unsigned irq;
    bool listens; /* the core wants to hear of input */
} console;

void console_init(paddr_t base, unsigned shift, unsigned irq)
{
    console.irq = irq;
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
    if (!console.base)
        return -1;
    if (*console_register(LSR) & LSR_RECEIVED)
        return *console_register(RBR);
    if (console.listens)
        *console_register(IER) = IER_RECEIVED;
    return -1;
}

/* From the first call on the line is the kernel's. */
void port_console_listen(void)
{
    if (!console.base)
        return;
    console.listens = true;
    *console_register(IER) = IER_RECEIVED;
    port_irq_unmask(console.irq);
}

/* The device is silenced until port_console_read() found nothing more. */
bool console_interrupt(unsigned line)
{
    if (!console.listens || line != console.irq)
        return false;
    *console_register(IER) = 0;
    core_console_input();
    return true;
}
