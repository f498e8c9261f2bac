/*
 * Figures of the network: bench_net, two stacks at one switch.
 */
#ifndef BENCH_ROWS_NET_H
#define BENCH_ROWS_NET_H

#include "rows.h"

/* TCP from stack to stack, to bare frames through the same switch. */
bool measure_net_tcp(const struct bench *b, struct row *r);
/* Calls between programs for a DHCP lease. */
bool measure_net_lease(const struct bench *b, struct row *r);

#endif
