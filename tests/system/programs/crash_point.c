/*
 * Crash points (see crash_point.h).
 */
#include "crash_point.h"
#include <stdlib.h>

void crash_point(void)
{
    static unsigned long points, crash_at;
    if (!points++) {
        const char *text = getenv("CRASH_AT");
        crash_at = text ? strtoul(text, NULL, 0) : 0;
    }
    if (points == crash_at)
        __builtin_trap();
}
