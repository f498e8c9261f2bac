/* Facts as TAP lines, for programs that run in the simulator. */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

static int tap_count, tap_failed;

static inline void fact(int holds, const char *name)
{
    tap_count++;
    tap_failed += !holds;
    printf("%sok %d - %s\n", holds ? "" : "not ", tap_count, name);
}

/* A fact about an error code; tells what it was if it was another. */
static inline void code(long got, long wanted, const char *name)
{
    fact(got == wanted, name);
    if (got != wanted)
        printf("# got %ld, wanted %ld\n", got, wanted);
}

static inline int tap_end(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
