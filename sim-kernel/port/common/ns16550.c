/*
 * The 16550 as a console (see ns16550.h).
 * Source: PC16550D data sheet (National Semiconductor, 1995), section 8.
 */
#include "ns16550.h"

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
    unsigned irq;
    bool there, listens; /* the core wants to hear of input */
} console;

void ns16550_init(unsigned irq)
{
    console.irq = irq;
    console.there = true;
}

static void console_byte(char byte)
{
    while (!(ns16550_get(LSR) & LSR_SENT))
        ;
    ns16550_set(THR, (uint8_t)byte);
}

void port_console_write(const char *text, size_t length)
{
    if (!console.there)
        return;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            console_byte('\r');
        console_byte(text[i]);
    }
}

int port_console_read(void)
{
    if (!console.there)
        return -1;
    if (ns16550_get(LSR) & LSR_RECEIVED)
        return ns16550_get(RBR);
    if (console.listens)
        ns16550_set(IER, IER_RECEIVED);
    return -1;
}

/* From the first call on the line is the kernel's. */
void port_console_listen(void)
{
    if (!console.there)
        return;
    console.listens = true;
    ns16550_set(IER, IER_RECEIVED);
    port_irq_unmask(console.irq);
}

/* The device is silenced until port_console_read() found nothing more. */
bool console_interrupt(unsigned line)
{
    if (!console.listens || line != console.irq)
        return false;
    ns16550_set(IER, 0);
    core_console_input();
    return true;
}
