/*
 * Base 64 (RFC 4648, section 4). Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_BASE64_H
#define L4_UTIL_BASE64_H

#include <l4/sys/compiler.h>

L4_BEGIN_DECLS

/*
 * in_size bytes as text, in one line. *ret_text is the caller's to free(), and
 * ends with 0; NULL: there is no memory.
 */
void base64_encode(const char *in, unsigned int in_size, char **ret_text);

/*
 * The other way round. White space is passed over; what follows the first
 * other character that is none of the 64 is left out. Behind the result is a 0
 * that is not part of it.
 */
void base64_decode(const char *in, unsigned int in_size, char **ret_bytes);

L4_END_DECLS

#endif
