/*
 * The PL031 of QEMU's aarch64 virt: 32 bits of seconds.
 *
 * Source: ARM PrimeCell Real Time Clock (PL031) Technical Reference Manual.
 */
#include "rtc.h"
#include <l4/vitrine/mmio.h>

enum {
    DATA = 0x00,  /* the time */
    MATCH = 0x04, /* the alarm's */
    MASK = 0x10,  /* 1: interrupt */
    CLEAR = 0x1c,
};

#define NS_PER_S 1000000000ull

static l4_uint64_t now(l4_addr_t r)
{
    return mmio_read32(r + DATA) * NS_PER_S;
}

static void quiet(l4_addr_t r)
{
    mmio_write32(r + MASK, 0);
    mmio_write32(r + CLEAR, 1);
}

static void alarm(l4_addr_t r, l4_uint64_t when)
{
    mmio_write32(r + MATCH, (l4_uint32_t)(when / NS_PER_S));
    mmio_write32(r + MASK, 1);
}

const struct rtc_kind rtc_pl031 = {
    .compatible = "arm,pl031",
    .tick_ns = NS_PER_S,
    .now = now,
    .alarm = alarm,
    .quiet = quiet,
};
