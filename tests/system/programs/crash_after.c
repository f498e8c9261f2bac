/*
 * Linked into a server: it ends by a fault when it has run for CRASH_AFTER us
 * (an environment variable; 0 or none: never), whatever it does then, unless
 * the system's clock says CRASH_UNTIL us or more (none: again and again).
 */
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

static unsigned long number(const char *name, unsigned long none)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 0) : none;
}

static void *crash(void *us)
{
    l4_ipc_sleep_us((unsigned)(uintptr_t)us);
    if (l4_kip_clock(l4re_kip()) < number("CRASH_UNTIL", ~0ul))
        __builtin_trap();
    return NULL;
}

__attribute__((constructor)) static void crash_prepare(void)
{
    uintptr_t us = number("CRASH_AFTER", 0);
    pthread_t thread;
    if (us)
        pthread_create(&thread, NULL, crash, (void *)us);
}
