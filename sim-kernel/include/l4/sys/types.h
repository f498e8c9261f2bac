/*
 * Capability selectors, message tags, flexpages, timeouts: the words that
 * system calls are made of.
 *
 * A message tag describes a message:
 *
 *      63 ............. 16 | 15 .. 12 | 11 .. 6 | 5 .. 0
 *      label (signed)      | flags    | items   | words
 *
 * The label of a request is its protocol (L4_PROTO_*), the label of a reply
 * its result: >= 0, or a negative error code.
 *
 * Free of system calls: the kernel core and the tools include it too.
 * Source: ABI.md section 2.
 */
#ifndef L4_SYS_TYPES_H
#define L4_SYS_TYPES_H

#include <l4/sys/compiler.h>
#include <l4/sys/consts.h>
#include <l4/sys/err.h>
#include <l4/sys/l4int.h>

typedef struct l4_msgtag_t {
    l4_mword_t raw;
} l4_msgtag_t;

enum l4_msgtag_flags {
    L4_MSGTAG_TRANSFER_FPU = 0x1000,
    L4_MSGTAG_SCHEDULE = 0x2000,  /* do not donate the time slice */
    L4_MSGTAG_PROPAGATE = 0x4000, /* not supported */
    L4_MSGTAG_ERROR = 0x8000,     /* result: see the UTCB's error word */
    L4_MSGTAG_XFER_FPU = L4_MSGTAG_TRANSFER_FPU,
    L4_MSGTAG_FLAGS = 0xf000,
};

/* Protocols: the label of a request. Names also tell a factory what to
 * create. Those from 0x4000 on belong to L4Re (<l4/re/protocols.h>). */
enum l4_msgtag_protocol {
    L4_PROTO_NONE = 0,
    L4_PROTO_ALLOW_SYSCALL = 1, /* reply: the alien may do its call */
    L4_PROTO_PF_EXCEPTION = 1,  /* reply: make the fault an exception */

    L4_PROTO_IRQ = -1,
    L4_PROTO_PAGE_FAULT = -2,
    L4_PROTO_EXCEPTION = -5,
    L4_PROTO_SIGMA0 = -6,
    L4_PROTO_IO_PAGE_FAULT = -8,
    L4_PROTO_THREAD_GROUP = -9,
    L4_PROTO_KOBJECT = -10,
    L4_PROTO_TASK = -11,
    L4_PROTO_THREAD = -12,
    L4_PROTO_LOG = -13,
    L4_PROTO_SCHEDULER = -14,
    L4_PROTO_FACTORY = -15,
    L4_PROTO_VM = -16,
    L4_PROTO_DMA_SPACE = -17,
    L4_PROTO_IRQ_SENDER = -18,
    L4_PROTO_SEMAPHORE = -20,
    L4_PROTO_META = -21,
    L4_PROTO_IOMMU = -22,
    L4_PROTO_DEBUGGER = -23,
    L4_PROTO_SMCCC = -24,
    L4_PROTO_VCPU_CONTEXT = -25,
    L4_PROTO_PLATFORM_CTL = 0,
};

/* Arguments of a factory's create: {type | bytes << 16, value} each. */
enum l4_varg_type {
    L4_VARG_TYPE_NIL = 0,
    L4_VARG_TYPE_UMWORD = 1,
    L4_VARG_TYPE_STRING = 2,
    L4_VARG_TYPE_FPAGE = 3,
    L4_VARG_TYPE_SIGN = 0x80,
    L4_VARG_TYPE_MWORD = L4_VARG_TYPE_UMWORD | L4_VARG_TYPE_SIGN,
    L4_VARG_TYPE_MASK = 0xff,
    L4_VARG_SIZE_SHIFT = 16,
};

/* A tag; label -2^47..2^47-1, words 0..63, items 0..63, flags L4_MSGTAG_*. */
L4_INLINE L4_CONST l4_msgtag_t l4_msgtag(long label, unsigned words,
                                         unsigned items, unsigned flags)
{
    l4_umword_t raw = ((l4_umword_t)label << 16) | (words & 0x3f) |
                      ((items & 0x3f) << 6) | (flags & L4_MSGTAG_FLAGS);
    return (l4_msgtag_t){(l4_mword_t)raw};
}

L4_INLINE L4_CONST long l4_msgtag_label(l4_msgtag_t t)
{
    return t.raw >> 16;
}

L4_INLINE L4_CONST unsigned l4_msgtag_words(l4_msgtag_t t)
{
    return t.raw & 0x3f;
}

L4_INLINE L4_CONST unsigned l4_msgtag_items(l4_msgtag_t t)
{
    return (t.raw >> 6) & 0x3f;
}

L4_INLINE L4_CONST unsigned l4_msgtag_flags(l4_msgtag_t t)
{
    return t.raw & L4_MSGTAG_FLAGS;
}

/* Did the IPC itself fail? Then the UTCB's error word says why. */
L4_INLINE L4_CONST unsigned l4_msgtag_has_error(l4_msgtag_t t)
{
    return t.raw & L4_MSGTAG_ERROR;
}

L4_INLINE L4_CONST unsigned l4_msgtag_is_page_fault(l4_msgtag_t t)
{
    return l4_msgtag_label(t) == L4_PROTO_PAGE_FAULT;
}

L4_INLINE L4_CONST unsigned l4_msgtag_is_exception(l4_msgtag_t t)
{
    return l4_msgtag_label(t) == L4_PROTO_EXCEPTION;
}

L4_INLINE L4_CONST unsigned l4_msgtag_is_sigma0(l4_msgtag_t t)
{
    return l4_msgtag_label(t) == L4_PROTO_SIGMA0;
}

L4_INLINE L4_CONST unsigned l4_msgtag_is_io_page_fault(l4_msgtag_t t)
{
    return l4_msgtag_label(t) == L4_PROTO_IO_PAGE_FAULT;
}

/* No capability? (The selector, not whether its slot is empty.) */
L4_INLINE L4_CONST unsigned l4_is_invalid_cap(l4_cap_idx_t c)
{
    return c & L4_INVALID_CAP_BIT;
}

L4_INLINE L4_CONST unsigned l4_is_valid_cap(l4_cap_idx_t c)
{
    return !l4_is_invalid_cap(c);
}

/* The same slot? (l4_task_cap_equal() compares the objects.) */
L4_INLINE L4_CONST unsigned l4_capability_equal(l4_cap_idx_t c1,
                                                l4_cap_idx_t c2)
{
    return c1 >> L4_CAP_SHIFT == c2 >> L4_CAP_SHIFT;
}

/* The slot after c. */
L4_INLINE L4_CONST l4_cap_idx_t l4_capability_next(l4_cap_idx_t c)
{
    return c + L4_CAP_OFFSET;
}

#include <l4/sys/__l4_fpage.h>
#include <l4/sys/__timeout.h>

#endif
