/*
 * The user-level thread control block: the 1 KiB of memory a thread shares
 * with the kernel. Messages are written here before a system call and read
 * here after it.
 *
 *      word   0 ..  62  message registers MR        l4_utcb_mr()
 *            63         of the architecture
 *            64         buffer descriptor BDR       l4_utcb_br()
 *            65 .. 122  buffer registers BR
 *           123         error of the last IPC       l4_utcb_tcr()
 *           124         free marker, zeroed when the thread is dead
 *           125 .. 127  for the user
 *
 * An exception message lies over the MRs (l4_utcb_exc()).
 *
 * I1  the kernel reads and writes a UTCB only while its thread is in a
 *     system call (the free marker excepted).
 *
 * Functions that end in _u take the UTCB to use; the others use the calling
 * thread's. Source: ABI.md section 2, "UTCB".
 */
#ifndef L4_SYS_UTCB_H
#define L4_SYS_UTCB_H

#include <l4/sys/types.h>

#if defined(__x86_64__)
#include <l4/sys/arch/amd64/utcb.h>
#elif defined(__aarch64__)
#include <l4/sys/arch/arm64/utcb.h>
#elif defined(__riscv)
#include <l4/sys/arch/riscv/utcb.h>
#else
#error "this architecture has no <l4/sys/arch/.../utcb.h>"
#endif

typedef struct l4_utcb_t l4_utcb_t; /* opaque */

enum l4_utcb_consts {
    L4_UTCB_GENERIC_DATA_SIZE = 63,    /* words */
    L4_UTCB_GENERIC_BUFFERS_SIZE = 58, /* words */
    L4_UTCB_MSG_REGS_OFFSET = 0,       /* bytes, like the following */
    L4_UTCB_BUF_REGS_OFFSET = 64 * sizeof(l4_umword_t),
    L4_UTCB_THREAD_REGS_OFFSET = 123 * sizeof(l4_umword_t),
    L4_UTCB_OFFSET = 128 * sizeof(l4_umword_t), /* of the next UTCB */
    L4_UTCB_SIZE = L4_UTCB_OFFSET,
};

typedef union l4_msg_regs_t {
    l4_umword_t mr[L4_UTCB_GENERIC_DATA_SIZE];
    l4_uint64_t mr64[L4_UTCB_GENERIC_DATA_SIZE];
} l4_msg_regs_t;

typedef struct l4_buf_regs_t {
    l4_umword_t bdr;
    union {
        l4_umword_t br[L4_UTCB_GENERIC_BUFFERS_SIZE];
        l4_uint64_t br64[L4_UTCB_GENERIC_BUFFERS_SIZE];
    };
} l4_buf_regs_t;

typedef struct l4_thread_regs_t {
    l4_umword_t error; /* enum l4_ipc_tcr_error_t */
    l4_umword_t free_marker;
    l4_umword_t user[3];
} l4_thread_regs_t;

_Static_assert(sizeof(l4_msg_regs_t) == 63 * 8, "layout");
_Static_assert(sizeof(l4_buf_regs_t) == 59 * 8, "layout");
_Static_assert(L4_UTCB_BUF_REGS_OFFSET + sizeof(l4_buf_regs_t) ==
                   L4_UTCB_THREAD_REGS_OFFSET,
               "layout");
_Static_assert(L4_UTCB_THREAD_REGS_OFFSET + sizeof(l4_thread_regs_t) ==
                   L4_UTCB_OFFSET,
               "layout");
_Static_assert(sizeof(l4_exc_regs_t) == L4_UTCB_EXCEPTION_REGS_SIZE * 8,
               "layout");

/* The calling thread's UTCB. */
L4_INLINE l4_utcb_t *l4_utcb(void)
{
    return l4_utcb_direct();
}

/* The same; L4Re has it for programs with a UTCB lookup of their own. */
L4_INLINE l4_utcb_t *l4_utcb_wrap(void)
{
    return l4_utcb_direct();
}

L4_INLINE l4_msg_regs_t *l4_utcb_mr_u(l4_utcb_t *u)
{
    return (l4_msg_regs_t *)((char *)u + L4_UTCB_MSG_REGS_OFFSET);
}

L4_INLINE l4_buf_regs_t *l4_utcb_br_u(l4_utcb_t *u)
{
    return (l4_buf_regs_t *)((char *)u + L4_UTCB_BUF_REGS_OFFSET);
}

L4_INLINE l4_thread_regs_t *l4_utcb_tcr_u(l4_utcb_t *u)
{
    return (l4_thread_regs_t *)((char *)u + L4_UTCB_THREAD_REGS_OFFSET);
}

/* The registers of a received (or to be sent) exception message. */
L4_INLINE l4_exc_regs_t *l4_utcb_exc_u(l4_utcb_t *u)
{
    return (l4_exc_regs_t *)((char *)u + L4_UTCB_MSG_REGS_OFFSET);
}

L4_INLINE l4_msg_regs_t *l4_utcb_mr(void)
{
    return l4_utcb_mr_u(l4_utcb());
}

L4_INLINE l4_buf_regs_t *l4_utcb_br(void)
{
    return l4_utcb_br_u(l4_utcb());
}

L4_INLINE l4_thread_regs_t *l4_utcb_tcr(void)
{
    return l4_utcb_tcr_u(l4_utcb());
}

L4_INLINE l4_exc_regs_t *l4_utcb_exc(void)
{
    return l4_utcb_exc_u(l4_utcb());
}

/* Index into mr64[] of the 64-bit value that starts at MR `idx`. */
L4_INLINE L4_CONST unsigned l4_utcb_mr64_idx(unsigned idx)
{
    return idx;
}

/* Are messages to this thread to bring FPU state along (switch_on != 0)? */
L4_INLINE void l4_utcb_inherit_fpu_u(l4_utcb_t *u, int switch_on)
{
    if (switch_on)
        l4_utcb_br_u(u)->bdr |= L4_UTCB_INHERIT_FPU;
    else
        l4_utcb_br_u(u)->bdr &= ~(l4_umword_t)L4_UTCB_INHERIT_FPU;
}

L4_INLINE void l4_utcb_inherit_fpu(int switch_on)
{
    l4_utcb_inherit_fpu_u(l4_utcb(), switch_on);
}

/* Value for the BDR: the first BR with buffers for memory, I/O ports and
 * objects (0..31 each), and L4_UTCB_INHERIT_FPU or 0. */
L4_INLINE L4_CONST l4_umword_t l4_bdr(l4_umword_t mem, l4_umword_t io,
                                      l4_umword_t obj, l4_umword_t flags)
{
    return (mem << L4_BDR_MEM_SHIFT) | (io << L4_BDR_IO_SHIFT) |
           (obj << L4_BDR_OBJ_SHIFT) | flags;
}

/*
 * A timeout at point `pint` of the kernel clock (us since boot), which is
 * stored in buffer register `br` (0..57): the caller keeps it free until the
 * IPC is done.
 */
L4_INLINE l4_timeout_s l4_timeout_abs_u(l4_kernel_clock_t pint, int br,
                                        l4_utcb_t *utcb)
{
    l4_utcb_br_u(utcb)->br64[br] = pint;
    return (l4_timeout_s){(l4_uint16_t)(L4_TIMEOUT_ABSOLUTE | br)};
}

L4_INLINE l4_timeout_s l4_timeout_abs(l4_kernel_clock_t pint, int br)
{
    return l4_timeout_abs_u(pint, br, l4_utcb());
}

/* When `to` ends, on the kernel clock, if it starts at `cur` (us). */
L4_INLINE l4_kernel_clock_t l4_timeout_get_u(l4_kernel_clock_t cur,
                                             l4_timeout_s to, l4_utcb_t *utcb)
{
    if (l4_timeout_is_absolute(to))
        return l4_utcb_br_u(utcb)->br64[to.t & L4_TIMEOUT_ABSOLUTE_BR_MASK];
    return cur + l4_timeout_rel_get(to);
}

L4_INLINE l4_kernel_clock_t l4_timeout_get(l4_kernel_clock_t cur,
                                           l4_timeout_s to)
{
    return l4_timeout_get_u(cur, to, l4_utcb());
}

#endif
