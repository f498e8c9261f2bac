/*
 * A terminal: one vcon on a serial device, for the server that drives it.
 *
 *      write --o_flags--> out (a ring) --interrupt--> device
 *      device --interrupt--> i_flags -> [ lines | line being typed ] -> read
 *
 * The kernel's console behaves the same (core/vlog.c): attributes start as 0,
 * which is raw; with L4_VCON_ICANON a line can be read, and corrected until,
 * its end is there. Who writes more than `out` holds waits for the device;
 * what is typed without room stays in the device.
 *
 * T1  ready <= used <= TERMINAL_INPUT; without ICANON ready == used.
 * T2  the interrupt is unmasked while nobody looks at the device.
 * T3  with the capability `kept` (a dataspace of a page, all zeros at first,
 *     that the driver's next life gets as well) what is to be sent and what was
 *     typed is there. A request's text counts as a whole or not at all, and who
 *     had no answer can ask whether it does (VCON_TAKEN_OP). What the device
 * had just been given when the driver ended may come twice (one `send`).
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "vcon.h"

enum { TERMINAL_OUT = 2048, TERMINAL_INPUT = 256 };

/* What a driver does for it, without waiting. */
struct terminal_device {
    l4_cap_idx_t irq;
    /* Sends the beginning of the text, as much as fits now. */
    size_t (*send)(const char *text, size_t size);
    int (*receive)(void); /* a byte; -1: there is none */
    /* Which interrupts are wanted from now on. */
    void (*listen)(bool sent, bool received);
    /* Takes note of an interrupt. */
    void (*acknowledge)(void);
};

/* Serves the gate `gate` of the environment, for ever. An error. */
long terminal_serve(const struct terminal_device *device, const char *gate);

#endif
