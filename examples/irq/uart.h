/*
 * A serial port of the 16550 family, driven from user level.
 */
#ifndef UART_H
#define UART_H

#include <l4/sys/types.h>
#include <stdbool.h>
#include <stddef.h>

struct uart {
    l4_addr_t base;   /* its registers, as this program sees them */
    l4_cap_idx_t irq; /* the interrupt's capability, bound to this thread */
};

/*
 * Gets the registers at physical address `phys` from sigma0 and interrupt
 * `line` from the ICU; `thread` receives the interrupt. 0, or an error with
 * what failed in *ret_what.
 */
long uart_open(struct uart *u, l4_cap_idx_t sigma0, l4_cap_idx_t icu,
               l4_addr_t phys, unsigned line, l4_cap_idx_t thread,
               const char **ret_what);
/* Sends text, a FIFO's worth per interrupt; returns when it is out. The
 * number of interrupts it took. */
unsigned uart_write(struct uart *u, const char *text, size_t length);
/* The next byte of input; -1: none came within timeout_us. */
int uart_read(struct uart *u, unsigned timeout_us);

#endif
