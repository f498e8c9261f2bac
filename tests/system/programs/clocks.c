/*
 * The machine's real-time clock through its driver: the date it starts with,
 * an alarm, and its registers, as text.
 *
 *      sys-clocks KIND     the device tree's name
 */
#include "rtc.h"
#include <l4/re/env.h>
#include <l4/vitrine/mmio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ull

static void goldfish_registers(l4_addr_t r)
{
    mmio_write32(r + 0x0c, 0x7fffffff);
    mmio_write32(r + 0x08, 5);
    printf("alarm %#x %#x, status %u\n", mmio_read32(r + 0x0c),
           mmio_read32(r + 0x08), mmio_read32(r + 0x18));
    mmio_write32(r + 0x14, 1);
    printf("cleared: status %u\n", mmio_read32(r + 0x18));
    mmio_write32(r + 0x10, 3);
    printf("irq enabled: %u\n", mmio_read32(r + 0x10));
    mmio_write32(r + 0x10, 0);
    mmio_write32(r + 0x04, 0x100);
    printf("time set: ");
    (void)mmio_read32(r + 0x00);
    printf("high %#x\n", mmio_read32(r + 0x04));
}

static void pl031_registers(l4_addr_t r)
{
    printf("control %u, raw %u, masked %u, id", mmio_read32(r + 0x0c),
           mmio_read32(r + 0x14), mmio_read32(r + 0x18));
    for (unsigned i = 0xfe0; i < 0x1000; i += 4)
        printf(" %x", mmio_read32(r + i));
    mmio_write32(r + 0x08, 1000);
    printf("\nload %u, time %u\n", mmio_read32(r + 0x08),
           mmio_read32(r + 0x00));
    mmio_write32(r + 0x04, 1000);
    printf("match now: raw %u, masked %u\n", mmio_read32(r + 0x14),
           mmio_read32(r + 0x18));
    mmio_write32(r + 0x1c, 1);
    printf("cleared: raw %u\n", mmio_read32(r + 0x14));
}

int main(int argc, char **argv)
{
    static const struct rtc_kind *const kinds[] = {&rtc_goldfish, &rtc_pl031,
                                                   &rtc_cmos};
    const struct rtc_kind *kind = kinds[0];
    const char *failed;
    char date[40];
    struct rtc rtc;
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (argc > 1 && !strcmp(argv[1], kinds[i]->compatible))
            kind = kinds[i];
    long error = rtc_open_kind(&rtc, kind, l4re_env()->main_thread, &failed);
    if (error) {
        printf("no %s: %ld\n", failed, error);
        return 1;
    }
    l4_uint64_t before = rtc_now(&rtc), wanted = before + 1500 * 1000 * 1000ull;
    time_t seconds = (time_t)(before / NS_PER_S);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M", gmtime(&seconds));
    printf("it is %s\n", date);
    rtc_sleep_until(&rtc, wanted);
    printf("the alarm came %s\n",
           rtc_now(&rtc) >= wanted ? "in time" : "too early");
    if (kind == &rtc_goldfish)
        goldfish_registers(rtc.device.registers);
    if (kind == &rtc_pl031)
        pl031_registers(rtc.device.registers);
    return 0;
}
