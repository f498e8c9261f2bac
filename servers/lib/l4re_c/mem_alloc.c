/*
 * Client side of allocators: a dataspace is created by the factory protocol.
 */
#include <l4/re/c/mem_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>

l4_ret_t l4re_ma_alloc_align_srv(l4_cap_idx_t srv, long size,
                                 l4re_ds_t const mem, unsigned long flags,
                                 unsigned long align)
{
    l4_msgtag_t t = l4_factory_create_start(L4RE_PROTO_DATASPACE, mem);
    l4_factory_create_add_int(size, &t);
    l4_factory_create_add_uint(flags, &t);
    l4_factory_create_add_uint(align, &t);
    return l4_error(l4_factory_create_commit(srv, t));
}

l4_ret_t l4re_ma_alloc_align(long size, l4re_ds_t const mem,
                             unsigned long flags, unsigned long align)
{
    return l4re_ma_alloc_align_srv(l4re_env()->mem_alloc, size, mem, flags,
                                   align);
}

l4_ret_t l4re_ma_alloc(long size, l4re_ds_t const mem, unsigned long flags)
{
    return l4re_ma_alloc_align(size, mem, flags, 0);
}
