/*
 * Who called: return addresses, innermost first. Needs frame pointers, which
 * programs here have. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_BACKTRACE_H
#define L4_UTIL_BACKTRACE_H

#include <l4/sys/compiler.h>

L4_BEGIN_DECLS

/* At most `max_len` addresses into pc_array, beginning with where the caller
 * of this function is called from; how many there are. */
int l4util_backtrace(void **pc_array, int max_len);

L4_END_DECLS

#endif
