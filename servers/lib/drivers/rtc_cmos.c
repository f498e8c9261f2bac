/*
 * The PC's CMOS clock (MC146818): registers behind two ports, an index and the
 * data. Fields are decimal digits or binary, as register B says; the century
 * is taken to be the 21st.
 *
 * Source: MC146818A data sheet (Motorola, 1984).
 */
#include "rtc.h"
#include <l4/vitrine/mmio.h>
#include <time.h>

enum { INDEX = 0, DATA = 1 }; /* ports from the device's base on */
enum {
    SECOND = 0,
    SECOND_ALARM = 1,
    MINUTE = 2,
    MINUTE_ALARM = 3,
    HOUR = 4,
    HOUR_ALARM = 5,
    DAY = 7,
    MONTH = 8,
    YEAR = 9,
    REGISTER_A = 10,
    REGISTER_B = 11,
    REGISTER_C = 12, /* reading it ends the interrupt */
};
enum {
    A_UPDATING = 0x80,
    B_24_HOURS = 0x02,
    B_BINARY = 0x04,
    B_ALARM = 0x20, /* interrupt */
};

#define NS_PER_S 1000000000ull

static unsigned get(l4_addr_t r, unsigned number)
{
    mmio_write8(r + INDEX, (l4_uint8_t)number);
    return mmio_read8(r + DATA);
}

static void put(l4_addr_t r, unsigned number, unsigned value)
{
    mmio_write8(r + INDEX, (l4_uint8_t)number);
    mmio_write8(r + DATA, (l4_uint8_t)value);
}

static bool is_binary(l4_addr_t r)
{
    return get(r, REGISTER_B) & B_BINARY;
}

static int field(l4_addr_t r, unsigned number)
{
    unsigned v = get(r, number);
    return (int)(is_binary(r) ? v : (v >> 4) * 10 + (v & 15));
}

static void field_put(l4_addr_t r, unsigned number, int value)
{
    unsigned v = (unsigned)value;
    put(r, number, is_binary(r) ? v : v / 10 << 4 | v % 10);
}

/* A field may change while others are read: read until the second stays. */
static l4_uint64_t now(l4_addr_t r)
{
    struct tm t = {0};
    do {
        while (get(r, REGISTER_A) & A_UPDATING)
            ;
        t = (struct tm){.tm_sec = field(r, SECOND),
                        .tm_min = field(r, MINUTE),
                        .tm_hour = field(r, HOUR),
                        .tm_mday = field(r, DAY),
                        .tm_mon = field(r, MONTH) - 1,
                        .tm_year = field(r, YEAR) + 100};
    } while (field(r, SECOND) != t.tm_sec);
    return (l4_uint64_t)timegm(&t) * NS_PER_S;
}

static void quiet(l4_addr_t r)
{
    put(r, REGISTER_B, (get(r, REGISTER_B) & ~(unsigned)B_ALARM) | B_24_HOURS);
    get(r, REGISTER_C);
}

/* It compares the time of day: an alarm is within 24 hours. */
static void alarm(l4_addr_t r, l4_uint64_t when)
{
    time_t seconds = (time_t)(when / NS_PER_S);
    struct tm t;
    gmtime_r(&seconds, &t);
    field_put(r, SECOND_ALARM, t.tm_sec);
    field_put(r, MINUTE_ALARM, t.tm_min);
    field_put(r, HOUR_ALARM, t.tm_hour);
    get(r, REGISTER_C);
    put(r, REGISTER_B, get(r, REGISTER_B) | B_ALARM);
}

const struct rtc_kind rtc_cmos = {
    .compatible = "motorola,mc146818",
    .tick_ns = NS_PER_S,
    .now = now,
    .alarm = alarm,
    .quiet = quiet,
};
