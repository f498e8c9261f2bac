/*
 * Given: what the servers and clients of this lab share.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <l4/sys/types.h>

/* Registers the capability called `cap` in the program's environment, with
 * the rights R and W. The error told. */
long service_register(const char *name, const char *cap);

/* Looks a name up, again and again until it is registered. The capability,
 * or 0 if the name service refuses. */
l4_cap_idx_t service_lookup(const char *name);

/* One look-up: the error told. The capability comes to `slot`. */
long service_ask(const char *name, l4_cap_idx_t slot);

/* A call with three words. The error told; *ret_a and *ret_b (may be null)
 * are MR0 and MR1 of the answer. */
long service_call(l4_cap_idx_t cap, long protocol, l4_umword_t op,
                  l4_umword_t a, l4_umword_t b, l4_umword_t *ret_a,
                  l4_umword_t *ret_b);

/* What a server does with a request: its MRs hold it, and take the answer.
 * `may_write`: the capability has the right W. Words of the answer, or an
 * error. */
typedef long service_fn(int may_write);

/* Registers as `name` and serves `protocol` for ever. */
void service_loop(const char *name, long protocol, service_fn *serve);

#endif
