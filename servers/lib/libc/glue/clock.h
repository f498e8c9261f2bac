/*
 * Times as POSIX has them, as microseconds of the KIP's clock. See time.c.
 */
#ifndef GLUE_CLOCK_H
#define GLUE_CLOCK_H

#include "calls.h"

#include <l4/sys/types.h>
#include <time.h>

/* Negative, or more than a second in the part of a second. */
GLUE_HIDDEN int time_is_bad(const struct timespec *t);

/* Whole microseconds, rounded up: a sleep is never too short. */
GLUE_HIDDEN l4_uint64_t time_us(const struct timespec *t);

/* What the KIP's clock shows when `clock` shows t; never 0. */
GLUE_HIDDEN l4_uint64_t time_deadline(int clock, const struct timespec *t);

#endif
