/*
 * Real-time clocks: the Goldfish RTC of QEMU's riscv64 virt and the PL031 of
 * its aarch64 virt. Both count on from a time given at the start, by the
 * virtual clock; each has an alarm.
 */
#ifndef HW_RTC_H
#define HW_RTC_H

#include "clock.h"

struct hw_rtc {
    struct hw_clock *clock;
    struct hw_event alarm;
    uint64_t offset; /* ns since 1970 at virtual time 0 */
    void (*irq)(void *data, bool raised);
    void *data;
    bool raised;
};

/* 64 bits of ns in two halves; reading the low one latches the high one. */
struct hw_goldfish_rtc {
    struct hw_rtc rtc;
    uint64_t next; /* of the alarm */
    uint32_t high;
    bool running, pending, enabled;
};

/* 32 bits of seconds. */
struct hw_pl031 {
    struct hw_rtc rtc;
    uint32_t load, match, mask, status;
};

void hw_goldfish_rtc_init(struct hw_goldfish_rtc *r, struct hw_clock *clock,
                          uint64_t now_ns, void (*irq)(void *data, bool raised),
                          void *data);
uint64_t hw_goldfish_rtc_read(struct hw_goldfish_rtc *r, uint64_t offset,
                              unsigned size);
void hw_goldfish_rtc_write(struct hw_goldfish_rtc *r, uint64_t offset,
                           unsigned size, uint64_t value);

void hw_pl031_init(struct hw_pl031 *r, struct hw_clock *clock, uint64_t now_ns,
                   void (*irq)(void *data, bool raised), void *data);
uint64_t hw_pl031_read(struct hw_pl031 *r, uint64_t offset, unsigned size);
void hw_pl031_write(struct hw_pl031 *r, uint64_t offset, unsigned size,
                    uint64_t value);

#endif
