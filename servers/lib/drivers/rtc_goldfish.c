/*
 * The Goldfish clock of QEMU's riscv64 virt: 64 bits of ns in two halves. The
 * high half is what it was when the low one was read.
 *
 * Source: "Goldfish virtual hardware" (Android emulator documentation).
 */
#include "rtc.h"
#include <l4/vitrine/mmio.h>

enum {
    TIME_LOW = 0x00,
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08, /* writing it starts the alarm */
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_ALARM = 0x14,
    CLEAR_INTERRUPT = 0x1c,
};

static l4_uint64_t now(l4_addr_t r)
{
    l4_uint64_t low = mmio_read32(r + TIME_LOW);
    return (l4_uint64_t)mmio_read32(r + TIME_HIGH) << 32 | low;
}

static void quiet(l4_addr_t r)
{
    mmio_write32(r + IRQ_ENABLED, 0);
    mmio_write32(r + CLEAR_ALARM, 1);
    mmio_write32(r + CLEAR_INTERRUPT, 1);
}

static void alarm(l4_addr_t r, l4_uint64_t when)
{
    mmio_write32(r + IRQ_ENABLED, 1);
    mmio_write32(r + ALARM_HIGH, (l4_uint32_t)(when >> 32));
    mmio_write32(r + ALARM_LOW, (l4_uint32_t)when);
}

const struct rtc_kind rtc_goldfish = {
    .compatible = "google,goldfish-rtc",
    .tick_ns = 1,
    .now = now,
    .alarm = alarm,
    .quiet = quiet,
};
