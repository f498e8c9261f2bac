/*
 * Pages of scattered dataspaces: one word for each, and frames that several
 * dataspaces show until one of them writes.
 */
#ifndef MOE_PAGES_H
#define MOE_PAGES_H

#include "dataspace.h"

/* The memory around page i, which must not be written if ret_piece->is_shared;
 * `to_write`: it is the dataspace's own. 0, -L4_ENOMEM. */
long pages_memory(struct dataspace *ds, l4_size_t i, bool to_write,
                  struct piece_of_memory *ret_piece);
/* Gives [first, end) back; they read as zero again. */
void pages_drop(struct dataspace *ds, l4_size_t first, l4_size_t end);
/* May pages of `from` become pages of `to` without being copied? */
bool pages_can_share(const struct dataspace *to, const struct dataspace *from);
/* May one region more show it? One that has shared pages is shown by
 * SHOWN_MOST at most, for all of them lose a page when it is written. */
bool pages_may_show(const struct dataspace *ds);
/* Pages [i, + n) of `to` show what pages [j, + n) of `from` hold, from now on
 * and until one of them is written. Who asks has seen that `to`'s allocator
 * can pay for that. */
void pages_share(struct dataspace *to, l4_size_t i, struct dataspace *from,
                 l4_size_t j, l4_size_t n);
bool pages_can_pay(const struct dataspace *to, l4_size_t i,
                   const struct dataspace *from, l4_size_t j, l4_size_t n);
/* Pages of [first, end) that the allocator pays for. */
l4_size_t pages_paid(const struct dataspace *ds, l4_size_t first,
                     l4_size_t end);
/* Asserts I1 and I4: NULL, or what does not hold. */
const char *pages_check(const struct dataspace *ds);

#endif
