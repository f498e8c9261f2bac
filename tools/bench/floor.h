/*
 * The floor under a call and its reply: what nobody can do without.
 *
 *      context A -- copy 8 words, switch --> context B
 *      context A <-- copy 8 words, switch -- context B
 *
 * Two context switches in assembly (all that the calling convention keeps,
 * with the floating-point control words) and the message copied each way.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

/* Nanoseconds for a round trip: the best of several batches. */
double floor_round_trip(void);

#endif
