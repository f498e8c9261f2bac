/*
 * The services a server asks, on the host: memory is the host's, a terminal
 * swallows what it is given, names lead nowhere. Sizes are limited, so that
 * memory runs out as it does under a quota.
 */
#include "kernel.h"
#include "vitrine_rm.h"
#include "ending.h"
#include "watch.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/dma_space.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>
#include <pthread-l4.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4 << 20, ATTACHED_MAX = 256, SHARED_WORDS = 64 };

static struct {
    void *at;
    unsigned long size;
} attached[ATTACHED_MAX];

l4_cap_idx_t pthread_l4_cap(pthread_t thread)
{
    (void)thread;
    return L4_BASE_THREAD_CAP;
}

long l4re_ma_alloc(long size, l4re_ds_t const mem, unsigned long flags)
{
    (void)flags;
    return size <= 0 || size > MOST ? -L4_ENOMEM
                                    : host_object_in(mem, HOST_KERNEL);
}

/* Its thread would wait for ever; that the server has ended is heard when the
 * input triggers `irq`, like any other. */
long watch_start(const struct watched *what, l4_cap_idx_t irq)
{
    return host_object_at(what->server) && host_object_at(irq) ? 0 : -L4_EINVAL;
}

/* What a client can write is what the input says. */
static void fill(l4_umword_t *words)
{
    for (unsigned i = 0; i < SHARED_WORDS && input_is_left(); i++)
        words[i] = input_byte();
}

int l4re_rm_attach(void **start, unsigned long size, l4re_rm_flags_t flags,
                   l4re_ds_t mem, l4re_rm_offset_t offs, unsigned char align)
{
    unsigned i = 0;
    struct host_object *ds = host_object_at(mem);
    (void)flags, (void)offs, (void)align;
    while (i < ATTACHED_MAX && attached[i].at)
        i++;
    if (!ds || i == ATTACHED_MAX || !size || size > MOST)
        return ds ? -L4_ENOMEM : -L4_EINVAL;
    size = l4_round_page(size);
    attached[i].size = size;
    attached[i].at = aligned_alloc(L4_PAGESIZE, size);
    *start = memset(attached[i].at, 0, size);
    if (ds->kind == HOST_OTHER)
        fill(*start);
    else if (host_server.module && host_server.module_size <= size)
        memcpy(*start, host_server.module, host_server.module_size);
    return 0;
}

int l4re_rm_detach(void *addr)
{
    for (unsigned i = 0; i < ATTACHED_MAX; i++) {
        char *at = attached[i].at;
        if (at && (char *)addr >= at && (char *)addr < at + attached[i].size) {
            free(at);
            attached[i].at = NULL;
            return 0;
        }
    }
    return -L4_ENOENT;
}

/* Who asks for the dataspace is not told it: there is nothing to free. */
int l4re_rm_detach_ds(void *addr, l4re_ds_t *ds)
{
    if (ds)
        *ds = L4_INVALID_CAP;
    return l4re_rm_detach(addr);
}

long l4re_ds_allocate(l4re_ds_t ds, l4re_ds_offset_t offset,
                      l4re_ds_size_t size)
{
    (void)offset, (void)size;
    return host_object_at(ds) ? 0 : -L4_EINVAL;
}

long l4re_ds_copy_in(l4re_ds_t ds, l4re_ds_offset_t dst_offs, l4re_ds_t src,
                     l4re_ds_offset_t src_offs, l4re_ds_size_t size)
{
    (void)dst_offs, (void)src_offs, (void)size;
    return host_object_at(ds) && host_object_at(src) ? 0 : -L4_EINVAL;
}

l4re_ds_size_t l4re_ds_size(l4re_ds_t ds)
{
    return host_object_at(ds) ? host_server.module_size : 0;
}

long l4re_ns_query_srv(l4re_namespace_t srv, char const *name,
                       l4_cap_idx_t const cap)
{
    (void)srv, (void)name;
    return host_object_in(cap, HOST_KERNEL);
}

long l4re_ns_register_obj_srv(l4re_namespace_t srv, char const *name,
                              l4_cap_idx_t const obj, unsigned flags)
{
    (void)name, (void)flags;
    return host_object_at(srv) && host_object_at(obj) ? 0 : -L4_EINVAL;
}

l4_ret_t
l4re_dma_space_mgr_associate_phys(l4re_dma_space_mgr_t dma_mgr,
                                  l4re_dma_space_t dma_space,
                                  enum l4re_dma_space_mgr_space_attribs attr)
{
    (void)dma_mgr, (void)attr;
    return host_object_at(dma_space) ? 0 : -L4_EINVAL;
}

/* moe's own object is no more; who asked lets go of its slot himself. */
long vitrine_destroy(l4_cap_idx_t object)
{
    return host_object_at(object) ? 0 : -L4_EINVAL;
}

/* The machine does not end. */
long ending_start(struct l4re_server *server, l4_cap_idx_t bus,
                  const char *reason, void (*finish)(void))
{
    (void)server, (void)bus, (void)reason, (void)finish;
    return 0;
}

void ending_again(void)
{
}
