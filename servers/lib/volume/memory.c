/*
 * A file's content as memory (see memory.h).
 */
#include "memory.h"
#include "internal.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>
#include <stdlib.h>
#include <string.h>

static long size_of(volume_node_t node, l4_uint64_t *ret_size)
{
    struct files_status status;
    long error = volume->status(node, &status);
    if (error >= 0)
        *ret_size = status.size;
    return error;
}

/* The same memory for those who may not write. */
static long make_read_only(struct memory *m)
{
    m->read_only = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(m->read_only))
        return -L4_ENOMEM;
    return l4_error(
        l4_task_map(L4RE_THIS_TASK_CAP, L4RE_THIS_TASK_CAP,
                    l4_obj_fpage(m->whole, 0, L4_CAP_FPAGE_RO),
                    l4_map_obj_control(m->read_only, L4_MAP_ITEM_MAP)));
}

static long fill(struct memory *m, volume_node_t node, l4_uint64_t size)
{
    long error = l4re_ds_allocate(m->whole, 0, m->size); /* keeps I2 */
    for (l4_uint64_t at = 0; error >= 0 && at < size;) {
        long got = volume->read(node, at, m->at + at, (size_t)(size - at));
        error = got ? got : -L4_EIO;
        at += got > 0 ? (l4_uint64_t)got : 0;
    }
    return error;
}

long volume_memory_attach(size_t size, void **ret_at, l4re_ds_t *ret_memory)
{
    l4re_ds_t memory = l4re_util_cap_alloc();
    *ret_at = NULL;
    if (l4_is_invalid_cap(memory))
        return -L4_ENOMEM;
    long error = l4re_ma_alloc((long)size, memory, 0);
    if (error >= 0)
        error = l4re_rm_attach(ret_at, size,
                               L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW |
                                   L4RE_RM_F_DETACH_FREE,
                               memory, 0, L4_PAGESHIFT);
    if (error < 0) {
        l4re_util_cap_free_um(memory);
        return -L4_ENOMEM;
    }
    *ret_memory = memory;
    return 0;
}

long memory_make(volume_node_t node, struct memory **ret_m)
{
    l4_uint64_t size;
    void *at;
    long error = size_of(node, &size);
    if (error < 0)
        return error;
    if (!size || size > VOLUME_MEMORY_MAX)
        return size ? -FILES_EFBIG : -L4_EINVAL;
    struct memory *m = calloc(1, sizeof *m);
    if (!m)
        return -L4_ENOMEM;
    m->read_only = L4_INVALID_CAP;
    m->size = l4_round_page(size);
    error = volume_memory_attach(m->size, &at, &m->whole);
    if (error < 0) {
        free(m);
        return error;
    }
    m->at = at;
    error = fill(m, node, size);
    if (error >= 0)
        error = make_read_only(m);
    if (error < 0) {
        memory_free(m);
        return error;
    }
    *ret_m = m;
    return 0;
}

void memory_free(struct memory *m)
{
    if (l4_is_valid_cap(m->read_only))
        l4re_util_cap_free_um(m->read_only);
    l4re_rm_detach(m->at); /* and with it the memory goes */
    l4re_util_cap_free_um(m->whole);
    free(m);
}

size_t memory_part(const struct memory *m, l4_uint64_t at, size_t size)
{
    if (!m || at >= m->size)
        return 0;
    return size < m->size - at ? size : (size_t)(m->size - at);
}

void memory_cut(struct memory *m, l4_uint64_t size)
{
    if (size < m->size)
        memset(m->at + size, 0, (size_t)(m->size - size));
}

static long write_all(volume_node_t node, l4_uint64_t at, const char *from,
                      size_t size)
{
    while (size) {
        long put = volume->write(node, at, from, size);
        if (put <= 0)
            return put ? put : -L4_ENOSPC;
        at += (l4_uint64_t)put;
        from += put;
        size -= (size_t)put;
    }
    return 0;
}

long memory_write_back(struct memory *m, volume_node_t node)
{
    static char page[L4_PAGESIZE], stored[L4_PAGESIZE];
    l4_uint64_t size;
    long error = m->is_written ? size_of(node, &size) : 0;
    if (error < 0 || !m->is_written)
        return error;
    for (l4_uint64_t at = 0; at < size && at < m->size && error >= 0;
         at += L4_PAGESIZE) {
        size_t part =
            size - at < L4_PAGESIZE ? (size_t)(size - at) : L4_PAGESIZE;
        memcpy(stored, m->at + at, part); /* others may go on storing */
        error = volume->read(node, at, page, part);
        if (error >= 0 &&
            (error < (long)part || memcmp(page, stored, part) != 0))
            error = write_all(node, at, stored, part);
    }
    return error;
}
