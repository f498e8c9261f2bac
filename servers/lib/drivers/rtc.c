/*
 * Real-time clocks (see rtc.h): what the kinds have in common.
 */
#include "rtc.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>

enum { IRQ_LABEL = 0x140 };

long rtc_open_kind(struct rtc *c, const struct rtc_kind *kind,
                   l4_cap_idx_t thread, const char **ret_what)
{
    struct l4_vitrine_device what;
    *ret_what = "device";
    long error = device_find(kind->compatible, 0, &what);
    if (error)
        return error;
    c->kind = kind;
    error = device_open(&c->device, &what, thread, IRQ_LABEL, ret_what);
    if (!error)
        kind->quiet(c->device.registers);
    return error;
}

long rtc_open(struct rtc *c, l4_cap_idx_t thread, const char **ret_what)
{
    static const struct rtc_kind *const kinds[] = {&rtc_goldfish, &rtc_pl031,
                                                   &rtc_cmos};
    long error = -L4_ENODEV;
    for (unsigned i = 0; error == -L4_ENODEV && i < 3; i++)
        error = rtc_open_kind(c, kinds[i], thread, ret_what);
    return error;
}

l4_uint64_t rtc_now(const struct rtc *c)
{
    return c->kind->now(c->device.registers);
}

void rtc_sleep_until(struct rtc *c, l4_uint64_t when)
{
    l4_uint64_t tick = c->kind->tick_ns;
    when = (when + tick - 1) / tick * tick;
    c->kind->alarm(c->device.registers, when);
    while (rtc_now(c) < when)
        device_wait(&c->device, L4_IPC_NEVER);
    c->kind->quiet(c->device.registers);
}
