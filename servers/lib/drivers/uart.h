/*
 * Serial ports, driven from user level: 16550 and PL011, one face.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include "device.h"
#include <stddef.h>

/* What one kind of port can do; r: its registers. */
struct uart_kind {
    const char *compatible;
    void (*init)(l4_addr_t r);
    /* Which interrupts are wanted from now on. */
    void (*listen)(l4_addr_t r, bool sent, bool received);
    /* Writes as much as fits now (may be nothing); how much it was. */
    size_t (*fill)(l4_addr_t r, const char *text, size_t length);
    /* Tells the device that its "sent" was seen. */
    void (*acknowledge)(l4_addr_t r);
    bool (*is_idle)(l4_addr_t r); /* has the last byte left? */
    int (*receive)(l4_addr_t r);  /* a byte, -1: there is none */
};

extern const struct uart_kind uart_16550, uart_pl011;

struct uart {
    struct device device;
    const struct uart_kind *kind;
};

/*
 * The port `what`; `thread` receives its interrupts. 0, or an error with what
 * failed in *ret_what.
 */
long uart_open(struct uart *u, const struct l4_vitrine_device *what,
               l4_cap_idx_t thread, const char **ret_what);
/* Sends text, as much per interrupt as fits; returns when it is out. The
 * number of interrupts it took. */
unsigned uart_write(struct uart *u, const char *text, size_t length);
/* The next byte of input; -1: none came within timeout_us. */
int uart_read(struct uart *u, unsigned timeout_us);

#endif
