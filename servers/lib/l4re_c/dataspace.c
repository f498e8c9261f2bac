/*
 * Client side of dataspaces: one request each (protocol.h), but for those that
 * are done in pieces, and map_region, which repeats.
 */
#include "protocol.h"
#include <l4/re/c/message.h>
#include "vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>

/* One flexpage around local_addr. Its order, or an error. */
static long map_one(l4re_ds_t ds, l4re_ds_offset_t offset,
                    l4re_ds_flags_t flags, l4_addr_t local_addr,
                    l4_addr_t first, l4_addr_t last)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DATASPACE, DATASPACE_MAP);
    l4re_msg_word(&m, offset);
    l4re_msg_word(&m, local_addr);
    l4re_msg_word(&m, flags);
    l4re_msg_word(&m, first);
    l4re_msg_word(&m, last);
    l4re_msg_receive_memory(&m);
    long error = l4re_msg_call(ds, &m, 0);
    return error < 0 ? error : (long)l4_utcb_mr()->mr[0];
}

l4_ret_t l4re_ds_map(l4re_ds_t ds, l4re_ds_offset_t offset,
                     l4re_ds_flags_t flags, l4re_ds_map_addr_t local_addr,
                     l4re_ds_map_addr_t min_addr, l4re_ds_map_addr_t max_addr)
{
    long order = map_one(ds, offset, flags, local_addr, min_addr, max_addr);
    return order < 0 ? order : 0;
}

l4_ret_t l4re_ds_map_region(l4re_ds_t ds, l4re_ds_offset_t offset,
                            l4re_ds_flags_t flags, l4re_ds_map_addr_t min_addr,
                            l4re_ds_map_addr_t max_addr)
{
    l4_addr_t a = l4_trunc_page(min_addr), start = a;
    offset = l4_trunc_page(offset);
    while (a <= max_addr) {
        long order = map_one(ds, offset + (a - start), flags, a, start,
                             max_addr | ~L4_PAGEMASK);
        if (order < 0)
            return order;
        a = l4_trunc_size(a, (unsigned char)order) + (1ul << order);
    }
    return 0;
}

/* A request about bytes of a dataspace, of which the server does a piece at a
 * time: words 1 and, for a copy, 2 are offsets, the last one is the size. */
static long in_pieces(l4re_ds_t ds, l4_umword_t op, const l4_umword_t *words,
                      unsigned count, l4re_ds_t src)
{
    l4_size_t size = words[count - 1], done = 0;
    for (;;) {
        struct l4re_msg piece = l4re_msg_start(L4RE_PROTO_DATASPACE, op);
        for (unsigned i = 0; i < count - 1; i++)
            l4re_msg_word(&piece, words[i] + done);
        l4re_msg_word(&piece, size - done);
        if (l4_is_valid_cap(src))
            l4re_msg_cap(&piece, src, L4_CAP_FPAGE_RO);
        long result = l4re_msg_call(ds, &piece, 0);
        l4_size_t more = l4_utcb_mr()->mr[0];
        if (result != DATASPACE_PIECE)
            return result;
        if (!more || more >= size - done)
            return -L4_EIO;
        done += more;
    }
}

l4_ret_t l4re_ds_clear(l4re_ds_t ds, l4re_ds_offset_t offset,
                       l4re_ds_size_t size)
{
    const l4_umword_t words[] = {offset, size};
    return in_pieces(ds, DATASPACE_CLEAR, words, 2, L4_INVALID_CAP);
}

l4_ret_t l4re_ds_allocate(l4re_ds_t ds, l4re_ds_offset_t offset,
                          l4re_ds_size_t size)
{
    const l4_umword_t words[] = {offset, size};
    return in_pieces(ds, DATASPACE_ALLOCATE, words, 2, L4_INVALID_CAP);
}

l4_ret_t l4re_ds_copy_in(l4re_ds_t ds, l4re_ds_offset_t dst_offs, l4re_ds_t src,
                         l4re_ds_offset_t src_offs, l4re_ds_size_t size)
{
    const l4_umword_t words[] = {dst_offs, src_offs, size};
    return in_pieces(ds, DATASPACE_COPY_IN, words, 3, src);
}

l4_ret_t l4re_ds_info(l4re_ds_t ds, l4re_ds_stats_t *stats)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DATASPACE, DATASPACE_INFO);
    long error = l4re_msg_call(ds, &m, 0);
    if (error < 0)
        return error;
    stats->size = l4_utcb_mr()->mr[0];
    stats->flags = l4_utcb_mr()->mr[1];
    return 0;
}

l4re_ds_size_t l4re_ds_size(l4re_ds_t ds)
{
    l4re_ds_stats_t stats;
    return l4re_ds_info(ds, &stats) < 0 ? 0 : stats.size;
}

l4re_ds_flags_t l4re_ds_flags(l4re_ds_t ds)
{
    l4re_ds_stats_t stats;
    return l4re_ds_info(ds, &stats) < 0 ? 0 : stats.flags;
}

l4_ret_t l4re_ds_map_info(l4re_ds_t ds, l4_addr_t *start_addr,
                          l4_addr_t *end_addr)
{
    struct l4re_msg m =
        l4re_msg_start(L4RE_PROTO_DATASPACE, DATASPACE_MAP_INFO);
    long result = l4re_msg_call(ds, &m, 0);
    if (result > 0) {
        *start_addr = l4_utcb_mr()->mr[0];
        *end_addr = l4_utcb_mr()->mr[1];
    }
    return result;
}

long vitrine_ds_address(l4re_ds_t ds, l4_addr_t *ret_start)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DATASPACE, DATASPACE_ADDRESS);
    long error = l4re_msg_call(ds, &m, 0);
    if (error >= 0)
        *ret_start = l4_utcb_mr()->mr[0];
    return error;
}
