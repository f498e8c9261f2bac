/*
 * Log: text to the console, without a C library. Source: ABI.md section 4.
 */
#ifndef L4_RE_C_LOG_H
#define L4_RE_C_LOG_H

#include <l4/re/env.h>

L4_BEGIN_DECLS

/* Writes len bytes in as many messages as it needs; errors are not seen. */
void l4re_log_printn_srv(const l4_cap_idx_t logcap, char const *string,
                         int len);

void l4re_log_print_srv(const l4_cap_idx_t logcap, char const *string);

void l4re_log_printn(char const *string, int len);

void l4re_log_print(char const *string);

L4_END_DECLS

#endif
