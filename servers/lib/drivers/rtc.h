/*
 * Real-time clocks: what time it is, and an alarm. Goldfish, PL031, and
 * the PC's CMOS clock.
 */
#ifndef DRIVERS_RTC_H
#define DRIVERS_RTC_H

#include "device.h"

/* What one kind of clock can do; r: its registers. */
struct rtc_kind {
    const char *compatible;
    l4_uint64_t tick_ns;                          /* its resolution */
    l4_uint64_t (*now)(l4_addr_t r);              /* ns since 1970 */
    void (*alarm)(l4_addr_t r, l4_uint64_t when); /* and its interrupt on */
    void (*quiet)(l4_addr_t r);                   /* alarm and interrupt off */
};

extern const struct rtc_kind rtc_goldfish, rtc_pl031, rtc_cmos;

struct rtc {
    struct device device;
    const struct rtc_kind *kind;
};

/* The machine's clock (the first of `kinds` that it has); `thread` receives
 * its alarm. 0, -L4_ENODEV, or an error with what failed in *ret_what. */
long rtc_open(struct rtc *c, l4_cap_idx_t thread, const char **ret_what);
/* Of a certain kind. */
long rtc_open_kind(struct rtc *c, const struct rtc_kind *kind,
                   l4_cap_idx_t thread, const char **ret_what);
/* ns since 1970-01-01 00:00 UTC. */
l4_uint64_t rtc_now(const struct rtc *c);
/* Sleeps until the clock's alarm at `when` (ns since 1970, rounded up to its
 * resolution). */
void rtc_sleep_until(struct rtc *c, l4_uint64_t when);

#endif
