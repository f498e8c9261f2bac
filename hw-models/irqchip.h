/*
 * Interrupt controller in the manner of a PLIC: lines in, one output.
 *
 * Registers (32 bit): 0x00 PENDING (r), 0x04 ENABLE (rw), 0x08 CLAIM
 * (r: lowest line pending and enabled + 1, 0: none, clears its pending;
 * w: completes line + 1), 0x0c MODE_LEVEL (rw: bit set: level), 0x10
 * POLARITY (rw: bit set: active low / falling), 0x14 BOTH (rw: both edges).
 * 32 lines.
 */
#ifndef HW_IRQCHIP_H
#define HW_IRQCHIP_H

#include <stdbool.h>
#include <stdint.h>

struct hw_irqchip {
    uint32_t input, pending, enable, claimed, level, low, both;
    void (*output)(void *data, bool raised);
    void *data;
    bool raised;
};

enum { HW_IRQCHIP_LINES = 32 };

void hw_irqchip_init(struct hw_irqchip *c,
                     void (*output)(void *data, bool raised), void *data);
void hw_irqchip_input(struct hw_irqchip *c, unsigned line, bool high);
uint64_t hw_irqchip_read(struct hw_irqchip *c, uint64_t offset, unsigned size);
void hw_irqchip_write(struct hw_irqchip *c, uint64_t offset, unsigned size,
                      uint64_t value);

#endif
