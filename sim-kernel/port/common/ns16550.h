/*
 * Console: a 16550 UART, waited for byte by byte; how its registers are
 * reached is the port's business.
 */
#ifndef PORT_NS16550_H
#define PORT_NS16550_H

#include "hardware.h"

/* The console is there, and interrupts by this line. Until then nothing is
 * said. */
void ns16550_init(unsigned irq);
/* Was the interrupt the kernel's own? */
bool console_interrupt(unsigned line);

/* By the port's console.c: register 0..7. */
uint8_t ns16550_get(unsigned number);
void ns16550_set(unsigned number, uint8_t value);

#endif
