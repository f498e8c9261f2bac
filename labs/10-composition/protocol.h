/*
 * The protocols of this lab. Each request has its operation in MR0; the
 * answer's label is 0 or an error.
 *
 * A server sees the right W of the capability that was used in bit 0 of the
 * label, as the kernel puts it there.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <l4/sys/types.h>
#include <string.h>

/*
 * The name service.
 *
 *   REGISTER  MR1 a name; a capability comes with it. -L4_EPERM if the policy
 *             does not let this client have the name, -L4_EEXIST if it is
 *             taken, -L4_EINVAL if no capability came
 *   LOOKUP    MR1 a name; the answer brings the capability, with the rights
 *             that the policy gives. -L4_EPERM if it gives none, -L4_ENOENT
 *             if nobody has registered the name yet
 *
 * Another operation is -L4_ENOSYS, another protocol -L4_EBADPROTO. What was
 * sent and not registered is not kept.
 */
enum { NAMES_PROTOCOL = 0xa01, REGISTER = 0, LOOKUP };

/* A name as a word: its first eight letters. */
static inline l4_umword_t name_word(const char *name)
{
    l4_umword_t word = 0;
    memcpy(&word, name, strnlen(name, sizeof word));
    return word;
}

enum { RIGHT_W_IN_LABEL = 1, RIGHTS_IN_LABEL = 3 };

/* What was sold for how much: APPEND (W) MR1 an amount; COUNT gives how many
 * and their sum. */
enum { JOURNAL_PROTOCOL = 0xa02, APPEND = 0, COUNT };

/* What an article costs: PRICE of MR1; SET (W) MR1 to cost MR2. */
enum { PRICES_PROTOCOL = 0xa03, PRICE = 0, SET, ARTICLES = 8 };

/* The money: PAY (W) MR1 an amount, told to the journal; SUM. */
enum { TILL_PROTOCOL = 0xa04, PAY = 0, SUM };

/* The shop: BUY MR1 an article; gives its price. */
enum { SHOP_PROTOCOL = 0xa05, BUY = 0 };

#endif
