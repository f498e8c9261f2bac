/*
 * A client's side of `block` (see disk.h).
 *
 *   call --IPC error--> the driver has ended: open a session again (sleeping
 *                       a little longer each time) --> give all that is under
 *                       way once more --> call again
 *
 * Errors of the disk are answers, and nothing is repeated for them.
 */
#include "disk.h"
#include "again.h"
#include "block-client.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>

static void ended_add(struct disk *d, l4_umword_t id, long result)
{
    bool is_ours = id < DISK_REQUESTS && d->request[id].is_under_way;
    for (unsigned i = 0; i < d->ended_count; i++)
        is_ours &= d->ended[i].id != id;
    if (is_ours)
        d->ended[d->ended_count++] = (struct disk_ended){id, result};
}

static bool has_ended(const struct disk *d, l4_umword_t id)
{
    for (unsigned i = 0; i < d->ended_count; i++)
        if (d->ended[i].id == id)
            return true;
    return false;
}

/* --- the session ------------------------------------------------------ */

static long give(const struct disk *d, unsigned id)
{
    const struct disk_request *r = &d->request[id];
    return block_submit(d->session, id, (l4_umword_t)r->operation, r->sector,
                        r->count, r->offset);
}

/* All whose end is not known, to the new session; keeps I1. A request that
 * the driver refuses has ended with that error. */
static long give_again(struct disk *d)
{
    for (unsigned id = 0; id < DISK_REQUESTS; id++) {
        if (!d->request[id].is_under_way || has_ended(d, id))
            continue;
        long error = give(d, id);
        if (again_is_ipc_error(error))
            return error;
        if (error < 0)
            ended_add(d, id, error);
    }
    return 0;
}

static long session_open(void *what)
{
    struct disk *d = what;
    l4_umword_t flags, requests;
    long error =
        block_info(d->gate, &d->sectors, &d->sector_size, &flags, &requests);
    if (error < 0)
        return error;
    d->is_read_only = flags & 1;
    error = block_open(d->gate, d->size, d->memory, L4_INVALID_CAP, d->session);
    return error < 0 ? error : give_again(d);
}

/* The driver has ended. */
static long session_again(struct disk *d)
{
    d->restarts++;
    l4_task_release_cap(L4_BASE_TASK_CAP, d->session);
    return again_until_open(session_open, d);
}

/* --- opening ------------------------------------------------------------ */

static long buffer_make(struct disk *d)
{
    void *at = NULL;
    d->size = l4_round_page(d->size);
    long error = l4re_ma_alloc((long)d->size, d->memory, L4RE_MA_CONTINUOUS);
    if (error >= 0)
        error = l4re_rm_attach(&at, d->size,
                               L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW |
                                   L4RE_RM_F_DETACH_FREE,
                               d->memory, 0, L4_PAGESHIFT);
    d->buffer = at;
    return error < 0 ? error : 0;
}

static void give_back(struct disk *d)
{
    if (d->buffer)
        l4re_rm_detach_ds_unmap(d->buffer, NULL, L4RE_THIS_TASK_CAP);
    l4re_util_cap_free_um(d->memory);
    l4re_util_cap_free_um(d->session);
}

long disk_open(struct disk *d, l4_cap_idx_t gate, size_t size)
{
    *d = (struct disk){.gate = gate,
                       .size = size,
                       .session = l4re_util_cap_alloc(),
                       .memory = l4re_util_cap_alloc()};
    bool has_slots = l4_is_valid_cap(d->session) && l4_is_valid_cap(d->memory);
    long error = has_slots ? buffer_make(d) : -L4_ENOMEM;
    if (!error)
        error = again_until_open(session_open, d);
    if (error < 0)
        give_back(d);
    return error < 0 ? error : 0;
}

void disk_close(struct disk *d)
{
    long id;
    do
        disk_end(d, &id);
    while (id >= 0);
    give_back(d);
}

/* --- requests ------------------------------------------------------------
 */

long disk_do(struct disk *d, enum disk_operation operation, l4_umword_t sector,
             l4_umword_t count, l4_umword_t offset)
{
    for (;;) {
        long result = block_transfer(d->session, (l4_umword_t)operation, sector,
                                     count, offset);
        if (!again_is_ipc_error(result))
            return result;
        long error = session_again(d);
        if (error < 0)
            return error;
    }
}

long disk_begin(struct disk *d, enum disk_operation operation,
                l4_umword_t sector, l4_umword_t count, l4_umword_t offset)
{
    unsigned id = 0;
    while (id < DISK_REQUESTS && d->request[id].is_under_way)
        id++;
    if (id == DISK_REQUESTS)
        return -L4_EBUSY;
    d->request[id] =
        (struct disk_request){true, operation, sector, count, offset};
    long error = give(d, id);
    if (again_is_ipc_error(error))
        error = session_again(d); /* gives this one, too */
    if (error < 0)
        d->request[id].is_under_way = false;
    return error < 0 ? error : (long)id;
}

/* What has ended since; waits if that is nothing. */
static long collect(struct disk *d)
{
    struct disk_ended some[DISK_REQUESTS];
    size_t size = sizeof some;
    long error = block_next(d->session, 1, some, &size);
    if (again_is_ipc_error(error))
        return session_again(d);
    for (size_t i = 0; error >= 0 && i < size / sizeof some[0]; i++)
        ended_add(d, some[i].id, some[i].result);
    return error;
}

static bool is_idle(const struct disk *d)
{
    for (unsigned id = 0; id < DISK_REQUESTS; id++)
        if (d->request[id].is_under_way)
            return false;
    return true;
}

long disk_end(struct disk *d, long *ret_id)
{
    *ret_id = -1;
    if (is_idle(d))
        return -L4_ENOENT;
    while (!d->ended_count) {
        long error = collect(d);
        if (error < 0)
            return error;
    }
    struct disk_ended first = d->ended[0];
    d->ended_count--;
    for (unsigned i = 0; i < d->ended_count; i++)
        d->ended[i] = d->ended[i + 1];
    d->request[first.id].is_under_way = false;
    *ret_id = (long)first.id;
    return first.result;
}
