/*
 * Checks that say what they found, on the kernel's console, and stop in its
 * debugger. With NDEBUG they only compute their arguments.
 * Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_ASSERT_H
#define L4_UTIL_ASSERT_H

#include <l4/sys/kdebug.h>
#include <l4/sys/types.h>
#include <l4/util/kprintf.h>

#ifdef NDEBUG
#define L4UTIL_ASSERT__(holds, a, text, b) ((void)(holds))
#else
#define L4UTIL_ASSERT__(holds, a, text, b)                                     \
    do {                                                                       \
        if (!(holds)) {                                                        \
            l4_kprintf(__FILE__ ":" L4_stringify(__LINE__) ": " text           \
                                                           " (%ld, %ld)\n",    \
                       (long)(a), (long)(b));                                  \
            l4_kd_enter("ASSERT");                                             \
        }                                                                      \
    } while (0)
#endif

#define ASSERT_EQUAL(a, b)      L4UTIL_ASSERT__((a) == (b), a, #a " == " #b, b)
#define ASSERT_NOT_EQUAL(a, b)  L4UTIL_ASSERT__((a) != (b), a, #a " != " #b, b)
#define ASSERT_LOWER_EQ(a, b)   L4UTIL_ASSERT__((a) <= (b), a, #a " <= " #b, b)
#define ASSERT_GREATER_EQ(a, b) L4UTIL_ASSERT__((a) >= (b), a, #a " >= " #b, b)
#define ASSERT_BETWEEN(a, low, high)                                           \
    L4UTIL_ASSERT__((low) < (a) && (a) < (high), a, #low " < " #a " < " #high, \
                    high)
#define ASSERT_ASSERT(x)   L4UTIL_ASSERT__(x, 0, #x, 0)
#define ASSERT_NOT_NULL(p) L4UTIL_ASSERT__((p) != 0, 0, #p " != NULL", 0)
/* A capability, the tag of an answer, an answer's error. */
#define ASSERT_VALID(cap)                                                      \
    L4UTIL_ASSERT__(l4_is_valid_cap(cap), cap, #cap " is a capability", 0)
#define ASSERT_IPC_OK(tag)                                                     \
    L4UTIL_ASSERT__(!l4_msgtag_has_error(tag), 0, #tag " has no error", 0)
#define ASSERT_OK(error) L4UTIL_ASSERT__((error) >= 0, error, #error " >= 0", 0)

#endif
