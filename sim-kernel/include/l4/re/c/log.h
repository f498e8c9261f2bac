/*
 * Log: text to the console, without a C library. Source: ABI.md section 4.
 */
#ifndef L4_RE_C_LOG_H
#define L4_RE_C_LOG_H

#include <l4/re/env.h>
#include <l4/sys/vcon.h>

/* Writes len bytes in as many messages as it needs; errors are not seen. */
L4_INLINE void l4re_log_printn_srv(const l4_cap_idx_t logcap,
                                   char const *string, int len)
{
    while (len > 0) {
        long n = l4_vcon_write(logcap, string, (unsigned)len);
        if (n <= 0)
            return;
        string += n;
        len -= (int)n;
    }
}

L4_INLINE void l4re_log_print_srv(const l4_cap_idx_t logcap, char const *string)
{
    l4re_log_printn_srv(logcap, string, (int)__builtin_strlen(string));
}

L4_INLINE void l4re_log_printn(char const *string, int len)
{
    l4re_log_printn_srv(l4re_env()->log, string, len);
}

L4_INLINE void l4re_log_print(char const *string)
{
    l4re_log_print_srv(l4re_env()->log, string);
}

#endif
