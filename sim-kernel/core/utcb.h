/*
 * The UTCB as the kernel sees it: 128 words, ABI.md section 2.
 *
 * It lies in kernel-user memory: the kernel reads and writes it through its
 * own address, the user through the one its task mapped it at. Nothing in it
 * is trusted: every value is read once and checked.
 */
#ifndef CORE_UTCB_H
#define CORE_UTCB_H

#include "port.h"

enum { UTCB_MRS = 63, UTCB_BRS = 58, UTCB_SIZE = 1024 };

struct utcb {
    word_t mr[UTCB_MRS];
    word_t arch;
    word_t bdr;
    word_t br[UTCB_BRS];
    word_t error;
    word_t free_marker;
    word_t user[3];
};
_Static_assert(sizeof(struct utcb) == UTCB_SIZE, "ABI.md section 2, UTCB");

/* Message tags, ABI.md section 2. */
enum { TAG_ERROR = 0x8000, TAG_SCHEDULE = 0x2000, TAG_FPU = 0x1000 };

static inline word_t tag_make(long label, unsigned words, unsigned items,
                              unsigned flags)
{
    return ((word_t)label << 16) | (words & 0x3f) | ((items & 0x3f) << 6) |
           (flags & 0xf000);
}

static inline long tag_label(word_t tag)
{
    return (long)tag >> 16;
}

static inline unsigned tag_words(word_t tag)
{
    return tag & 0x3f;
}

static inline unsigned tag_items(word_t tag)
{
    return (tag >> 6) & 0x3f;
}

/* Flags in the low bits of a capability selector. */
enum {
    SYS_SEND = 1,
    SYS_RECV = 2,
    SYS_OPEN_WAIT = 4,
    SYS_REPLY = 8,
    SYS_FLAGS = 0xf,
    SEL_INVALID = 1 << 11,
    SEL_REPLY = 1 << 10, /* a reply capability, if not SEL_INVALID */
    SEL_SHIFT = 12,
};

#endif
