/*
 * UART: 16550A registers, one byte apart (as QEMU's virt and microvm have it).
 *
 * RBR/THR 0, IER 1, IIR/FCR 2, LCR 3 (DLAB), MCR 4 (loopback), LSR 5,
 * MSR 6, SCR 7; 16-byte receive and transmit FIFOs. Bytes leave after their
 * time on the wire (byte_ns, from the clock given; 0: at once).
 * Source: PC16550D data sheet (National Semiconductor, 1995), section 8.
 */
#ifndef HW_UART_H
#define HW_UART_H

#include "clock.h"

enum { HW_UART_FIFO = 16 };

struct hw_uart {
    struct hw_clock *clock;
    struct hw_event tx_event;
    uint64_t byte_ns;
    uint8_t ier, lcr, mcr, scr, fcr, lsr, dll, dlm;
    uint8_t rx[HW_UART_FIFO], tx[HW_UART_FIFO];
    unsigned rx_count, rx_first, tx_count, tx_first;
    uint8_t shift;     /* byte on the wire while tx_event is set */
    uint8_t msr_delta; /* MSR bits 0..3 */
    bool thre_pending, raised;
    void (*output)(void *data, uint8_t byte); /* a byte left the wire */
    void (*irq)(void *data, bool raised);
    void *data;
};

void hw_uart_init(struct hw_uart *u, struct hw_clock *clock, uint64_t byte_ns,
                  void (*output)(void *data, uint8_t byte),
                  void (*irq)(void *data, bool raised), void *data);
uint64_t hw_uart_read(struct hw_uart *u, uint64_t offset, unsigned size);
void hw_uart_write(struct hw_uart *u, uint64_t offset, unsigned size,
                   uint64_t value);
/* A byte arrives; false: it is lost, FIFO full (overrun is flagged) or
 * loopback (the line is disconnected). */
bool hw_uart_input(struct hw_uart *u, uint8_t byte);
/* Bytes hw_uart_input() would take now. */
unsigned hw_uart_room(const struct hw_uart *u);

#endif
