/*
 * Console: a PL011 UART, waited for byte by byte.
 * Source: ARM PrimeCell UART (PL011) Technical Reference Manual, chapter 3.
 */
#include "machine.h"

enum {
    DR = 0x00,
    FR = 0x18,
    IMSC = 0x38,
    FR_EMPTY = 0x10, /* nothing received */
    FR_FULL = 0x20,  /* no room to send */
    IMSC_RECEIVED = 0x10,
};

static struct {
    volatile uint8_t *base; /* NULL: nothing is said */
    unsigned irq;
    bool listens; /* the core wants to hear of input */
} console;

void console_init(paddr_t base, unsigned irq)
{
    console.base = port_phys_to_virt(base);
    console.irq = irq;
}

static volatile uint32_t *console_register(unsigned offset)
{
    return (volatile uint32_t *)(console.base + offset);
}

static void console_byte(char byte)
{
    while (*console_register(FR) & FR_FULL)
        ;
    *console_register(DR) = (uint8_t)byte;
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
    if (!(*console_register(FR) & FR_EMPTY))
        return *console_register(DR) & 0xff;
    if (console.listens)
        *console_register(IMSC) = IMSC_RECEIVED;
    return -1;
}

/* From the first call on the line is the kernel's. */
void port_console_listen(void)
{
    if (!console.base)
        return;
    console.listens = true;
    *console_register(IMSC) = IMSC_RECEIVED;
    port_irq_unmask(console.irq);
}

/* The device is silenced until port_console_read() found nothing more. */
bool console_interrupt(unsigned line)
{
    if (!console.listens || line != console.irq)
        return false;
    *console_register(IMSC) = 0;
    core_console_input();
    return true;
}
