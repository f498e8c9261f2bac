/*
 * Numbers that look random and are the same in each run. Not for secrets.
 * Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_RAND_H
#define L4_UTIL_RAND_H

#include <l4/sys/l4int.h>

#define L4_RAND_MAX 65535

L4_BEGIN_DECLS

/* The next, 0 to L4_RAND_MAX. */
l4_uint32_t l4util_rand(void);

/* Where they begin. */
void l4util_srand(l4_uint32_t seed);

L4_END_DECLS

#endif
