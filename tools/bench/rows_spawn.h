/*
 * Figures of programs being started: bench_spawn.
 */
#ifndef BENCH_ROWS_SPAWN_H
#define BENCH_ROWS_SPAWN_H

#include "rows.h"

/* Calls between programs to start one and wait for its end: by the row's name
 * through proc or by ned. */
bool measure_spawn_calls(const struct bench *b, struct row *r);
/* Host time for it through proc, beside as many round trips as it has calls. */
bool measure_spawn_time(const struct bench *b, struct row *r);

#endif
