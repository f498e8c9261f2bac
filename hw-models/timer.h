/*
 * Timer: one-shot comparator on the virtual clock.
 *
 * Registers (64 bit): 0x00 TIME (r: ns), 0x08 COMPARE (rw: the output rises
 * when TIME >= COMPARE; ~0: never; writing lowers it).
 */
#ifndef HW_TIMER_H
#define HW_TIMER_H

#include "clock.h"

struct hw_timer {
    struct hw_clock *clock;
    struct hw_event event;
    uint64_t compare;
    bool raised;
    void (*output)(void *data, bool raised);
    void *data;
};

void hw_timer_init(struct hw_timer *t, struct hw_clock *clock,
                   void (*output)(void *data, bool raised), void *data);
uint64_t hw_timer_read(struct hw_timer *t, uint64_t offset, unsigned size);
void hw_timer_write(struct hw_timer *t, uint64_t offset, unsigned size,
                    uint64_t value);

#endif
