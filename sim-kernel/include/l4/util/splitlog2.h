/*
 * A range of addresses as a row of flexpages. Source: ABI.md section 4,
 * "l4util".
 */
#ifndef L4_UTIL_SPLITLOG2_H
#define L4_UTIL_SPLITLOG2_H

#include <l4/sys/consts.h>
#include <l4/sys/l4int.h>

/* The largest order such that the aligned block of 2^order bytes begins at
 * start and ends at or before end (inclusive); start < end. */
L4_INLINE L4_CONST int l4util_splitlog2_size(l4_addr_t start, l4_addr_t end)
{
    int order = start ? __builtin_ctzl(start) : L4_MWORD_BITS - 1;
    while (order > 0 && ((1ul << order) - 1) > end - start)
        order--;
    return order;
}

/*
 * Calls handler(start, end, order) for a row of flexpage-sized blocks that
 * together are [start, end] (inclusive), both aligned to pages. Ends with the
 * first result < 0 and returns it, else 0.
 */
L4_INLINE long l4util_splitlog2_hdl(l4_addr_t start, l4_addr_t end,
                                    long (*handler)(l4_addr_t s, l4_addr_t e,
                                                    int log2size))
{
    while (start <= end) {
        int order = l4util_splitlog2_size(start, end);
        l4_addr_t last = start + ((1ul << order) - 1);
        long err = handler(start, last, order);
        if (err < 0)
            return err;
        start = last + 1;
        if (!start)
            break;
    }
    return 0;
}

#endif
