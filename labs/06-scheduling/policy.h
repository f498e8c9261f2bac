/*
 * A scheduling policy: who gets how much.
 */
#ifndef POLICY_H
#define POLICY_H

#include <l4/sys/types.h>

enum { WORKERS = 3, ROUND_US = 12000, ROUNDS = 10 };

/*
 * Runs for ROUNDS rounds of ROUND_US, then returns. In each round worker i
 * gets weights[i] / (sum of all weights) of the time. The workers compute
 * without end; the caller has priority 50 and may sleep.
 */
void policy_run(const l4_cap_idx_t *workers, const unsigned *weights);

#endif
