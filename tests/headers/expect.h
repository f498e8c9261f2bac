/*
 * Words the tests are written in: what the last system call was.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include "fake_kernel.h"

#include <criterion/criterion.h>

/* Capabilities of the tests; the names say nothing, the values differ. */
enum {
    OBJ = 0x21000,
    OTHER = 0x22000,
    TARGET = 0x23000,
};

/* The last system call went to `cap` with these flags and this tag. */
#define EXPECT_SENT(cap, sysf, proto, words, items)                            \
    do {                                                                       \
        const struct fake_call *c_ = fake_last();                              \
        cr_expect_eq(c_->dest, (l4_umword_t)(cap));                            \
        cr_expect_eq(c_->flags, (l4_umword_t)(sysf));                          \
        cr_expect_eq(l4_msgtag_label(c_->tag), (proto));                       \
        cr_expect_eq(l4_msgtag_words(c_->tag), (unsigned)(words));             \
        cr_expect_eq(l4_msgtag_items(c_->tag), (unsigned)(items));             \
        cr_expect_eq(c_->label, 0u);                                           \
    } while (0)

/* The usual request: a call without timeout, without flags. */
#define EXPECT_CALL(cap, proto, words, items)                                  \
    do {                                                                       \
        EXPECT_SENT(cap, L4_SYSF_CALL, proto, words, items);                   \
        cr_expect_eq(fake_last()->timeout.raw, 0u);                            \
        cr_expect_eq(l4_msgtag_flags(fake_last()->tag), 0u);                   \
    } while (0)

/* Message register i of the last system call. */
#define EXPECT_MR(i, value)                                                    \
    cr_expect_eq(fake_last()->mr[i], (l4_umword_t)(value), "MR%u is %#lx",     \
                 (unsigned)(i), fake_last()->mr[i])

/* Registers i and i + 1 are an item for `cap`. */
#define EXPECT_OBJ(i, cap) cr_expect(fake_is_obj_item(fake_last(), i, cap))

#endif
