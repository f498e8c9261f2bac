/*
 * PL011: the UART of Arm machines (QEMU's aarch64 virt).
 *
 * 32-bit registers; FIFOs of 16 bytes each way (one without LCR_H.FEN). Bytes
 * leave after their time on the wire, as the 16550's here (uart.h).
 * Source: ARM PrimeCell UART (PL011) Technical Reference Manual, chapter 3.
 */
#ifndef HW_PL011_H
#define HW_PL011_H

#include "clock.h"

enum { HW_PL011_FIFO = 16 };

struct hw_pl011 {
    struct hw_clock *clock;
    struct hw_event tx_event;
    uint64_t byte_ns;
    uint32_t ilpr, ibrd, fbrd, lcr, cr, ifls, mask, status, dmacr, errors;
    uint8_t rx[HW_PL011_FIFO], tx[HW_PL011_FIFO];
    unsigned rx_count, rx_first, tx_count, tx_first;
    uint8_t shift; /* byte on the wire while tx_event is set */
    bool raised;
    void (*output)(void *data, uint8_t byte);
    void (*irq)(void *data, bool raised);
    void *data;
};

void hw_pl011_init(struct hw_pl011 *u, struct hw_clock *clock, uint64_t byte_ns,
                   void (*output)(void *data, uint8_t byte),
                   void (*irq)(void *data, bool raised), void *data);
uint64_t hw_pl011_read(struct hw_pl011 *u, uint64_t offset, unsigned size);
void hw_pl011_write(struct hw_pl011 *u, uint64_t offset, unsigned size,
                    uint64_t value);
/* A byte arrives; false: it is lost, FIFO full (overrun is flagged). */
bool hw_pl011_input(struct hw_pl011 *u, uint8_t byte);

#endif
