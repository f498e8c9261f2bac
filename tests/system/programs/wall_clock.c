/*
 * What time is it? Asks the clock's server, waits for the next second but one,
 * and asks again.
 *
 *      rom/sys-wall-clock      capability: rtc
 */
#include "walltime-client.h"
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <stdio.h>
#include <time.h>

#define SECOND 1000000000ul

int main(void)
{
    l4_cap_idx_t rtc = l4re_env_get_cap("rtc");
    l4_umword_t now, resolution, offset, later = 0;
    long error = walltime_now(rtc, &now, &resolution);
    if (error >= 0)
        error = walltime_offset(rtc, &offset);
    l4_umword_t until = (now / SECOND + 2) * SECOND;
    if (error >= 0)
        error = walltime_wait_until(rtc, until, &later);
    if (error < 0) {
        printf("no time: %s\n", l4sys_errtostr(error));
        return 1;
    }
    time_t seconds = (time_t)(later / SECOND);
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", gmtime(&seconds));
    l4_umword_t own = l4_kip_clock_ns(l4re_kip()) + offset;
    printf("%s, woken %s, own clock %s\n", text,
           later >= until && later < until + SECOND / 100 ? "in time" : "late",
           own >= later && own < later + SECOND / 100 ? "agrees" : "differs");
    return walltime_wait_until(rtc, now, &later) < 0;
}
