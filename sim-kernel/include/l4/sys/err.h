/*
 * Error codes. A failing call returns the negative code in the label of the
 * reply's message tag; an IPC that fails itself has the tag's error flag and
 * a code in the UTCB (ipc.h), which l4_error() folds into -(2000 + code).
 *
 * The first group is POSIX's numbers, so that C libraries can pass them on.
 *
 * Source: ABI.md section 2, "errno".
 */
#ifndef L4_SYS_ERR_H
#define L4_SYS_ERR_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

/*
 * Result of a call: >= 0 fine, < 0 an error code.
 *
 * L4Re narrowed this to 16 bits in 2026-01 because labels have 16 bits that
 * matter. Here it is `long`: older programs print it with %ld, newer ones
 * with %d, and both are right for a sign-extended register.
 */
typedef long l4_ret_t;

#define L4_ERRORS(X)                                                           \
    X(L4_EOK, 0, "ok")                                                         \
    X(L4_EPERM, 1, "no permission")                                            \
    X(L4_ENOENT, 2, "no such entity")                                          \
    X(L4_EIO, 5, "input/output error")                                         \
    X(L4_ENXIO, 6, "no such device or address")                                \
    X(L4_E2BIG, 7, "argument value too big")                                   \
    X(L4_EAGAIN, 11, "try again")                                              \
    X(L4_ENOMEM, 12, "no memory")                                              \
    X(L4_EACCESS, 13, "permission denied")                                     \
    X(L4_EFAULT, 14, "invalid memory address")                                 \
    X(L4_EBUSY, 16, "object busy, try later")                                  \
    X(L4_EEXIST, 17, "already exists")                                         \
    X(L4_ENODEV, 19, "no such thing")                                          \
    X(L4_ENOTDIR, 20, "not a directory")                                       \
    X(L4_EINVAL, 22, "invalid argument")                                       \
    X(L4_ENOSPC, 28, "no space left")                                          \
    X(L4_ERANGE, 34, "range error")                                            \
    X(L4_ENAMETOOLONG, 36, "name too long")                                    \
    X(L4_ENOSYS, 38, "no such operation")                                      \
    X(L4_EBADPROTO, 39, "unsupported protocol")                                \
    X(L4_EADDRNOTAVAIL, 99, "address not available")                           \
    X(L4_ERRNOMAX, 100, "largest POSIX-like code")                             \
    X(L4_ENOREPLY, 1000, "no reply")                                           \
    X(L4_EMSGTOOSHORT, 1001, "message too short")                              \
    X(L4_EMSGTOOLONG, 1002, "message too long")                                \
    X(L4_EMSGMISSARG, 1003, "message has an invalid argument")                 \
    X(L4_ERRRANGE, 1004, "error code out of range")                            \
    X(L4_EDROPREPLY, 1005, "reply dropped")                                    \
    X(L4_EIPC_LO, 2000, "IPC error")                                           \
    X(L4_EIPC_HI, 2000 + 0x1f, "IPC error")

enum l4_error_code_t {
#define X(name, number, text) name = number,
    L4_ERRORS(X)
#undef X
};

/* Text for an error code, given positive or negative. Never NULL. */
L4_INLINE char const *l4sys_errtostr(long err)
{
    if (err < 0)
        err = -err;
    if (err > L4_EIPC_LO && err < L4_EIPC_HI)
        return "IPC error";
    switch (err) {
#define X(name, number, text)                                                  \
    case number:                                                               \
        return text;
        L4_ERRORS(X)
#undef X
    default:
        return "unknown error";
    }
}

#endif
