/*
 * Client side of dataspaces: one request each (protocol.h), and map_region,
 * which repeats.
 */
#include "message.h"
#include "vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/protocols.h>

/* One flexpage around local_addr. Its order, or an error. */
static long map_one(l4re_ds_t ds, l4re_ds_offset_t offset,
                    l4re_ds_flags_t flags, l4_addr_t local_addr,
                    l4_addr_t first, l4_addr_t last)
{
    struct message m = message_start(L4RE_PROTO_DATASPACE, DATASPACE_MAP);
    message_word(&m, offset);
    message_word(&m, local_addr);
    message_word(&m, flags);
    message_word(&m, first);
    message_word(&m, last);
    message_receive_memory();
    long error = message_call(ds, &m);
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

l4_ret_t l4re_ds_clear(l4re_ds_t ds, l4re_ds_offset_t offset,
                       l4re_ds_size_t size)
{
    struct message m = message_start(L4RE_PROTO_DATASPACE, DATASPACE_CLEAR);
    message_word(&m, offset);
    message_word(&m, size);
    return message_call(ds, &m);
}

l4_ret_t l4re_ds_allocate(l4re_ds_t ds, l4re_ds_offset_t offset,
                          l4re_ds_size_t size)
{
    struct message m = message_start(L4RE_PROTO_DATASPACE, DATASPACE_ALLOCATE);
    message_word(&m, offset);
    message_word(&m, size);
    return message_call(ds, &m);
}

l4_ret_t l4re_ds_copy_in(l4re_ds_t ds, l4re_ds_offset_t dst_offs, l4re_ds_t src,
                         l4re_ds_offset_t src_offs, l4re_ds_size_t size)
{
    struct message m = message_start(L4RE_PROTO_DATASPACE, DATASPACE_COPY_IN);
    message_word(&m, dst_offs);
    message_word(&m, src_offs);
    message_word(&m, size);
    message_cap(&m, src, L4_CAP_FPAGE_RO);
    return message_call(ds, &m);
}

l4_ret_t l4re_ds_info(l4re_ds_t ds, l4re_ds_stats_t *stats)
{
    struct message m = message_start(L4RE_PROTO_DATASPACE, DATASPACE_INFO);
    long error = message_call(ds, &m);
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
    struct message m = message_start(L4RE_PROTO_DATASPACE, DATASPACE_MAP_INFO);
    long result = message_call(ds, &m);
    if (result > 0) {
        *start_addr = l4_utcb_mr()->mr[0];
        *end_addr = l4_utcb_mr()->mr[1];
    }
    return result;
}

long vitrine_ds_address(l4re_ds_t ds, l4_addr_t *ret_start)
{
    struct message m = message_start(L4RE_PROTO_DATASPACE, DATASPACE_ADDRESS);
    long error = message_call(ds, &m);
    if (error >= 0)
        *ret_start = l4_utcb_mr()->mr[0];
    return error;
}
