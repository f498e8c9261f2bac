/*
 * A client's events (see events.h).
 */
#include "events.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>

enum { SLOTS = L4_PAGESIZE / sizeof(l4re_event_t) };

void events_init(struct events *e)
{
    *e = (struct events){0};
    lines_init(&e->lines, 1);
}

void events_end(struct events *e)
{
    lines_end(&e->lines);
    if (!e->ds)
        return;
    l4re_rm_detach(e->ring);
    l4re_util_cap_free_um(e->ds);
    e->ds = 0;
}

static long ring_make(struct events *e)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    void *at = NULL;
    if (l4_is_invalid_cap(ds))
        return -L4_ENOMEM;
    long error = l4re_ma_alloc(L4_PAGESIZE, ds, 0);
    if (error >= 0)
        error = l4re_rm_attach(&at, L4_PAGESIZE,
                               L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW, ds, 0,
                               L4_PAGESHIFT);
    if (error < 0) {
        l4re_util_cap_free_um(ds);
        return error;
    }
    e->ds = ds;
    e->ring = at;
    e->next = 0;
    return 0;
}

long events_buffer(struct events *e, l4_cap_idx_t *ret_buffer)
{
    long error = e->ds ? 0 : ring_make(e);
    if (error >= 0)
        *ret_buffer = e->ds;
    return error < 0 ? error : 0;
}

bool events_are_wanted(const struct events *e)
{
    return e->ds;
}

/* Keeps I1. */
void events_put(struct events *e, const l4re_event_t *what)
{
    if (!e->ds)
        return;
    l4re_event_t *slot = &e->ring[e->next];
    if (__atomic_load_n(&slot->time, __ATOMIC_ACQUIRE))
        return; /* full */
    slot->type = what->type;
    slot->code = what->code;
    slot->value = what->value;
    slot->stream_id = what->stream_id;
    __atomic_store_n(&slot->time, what->time, __ATOMIC_RELEASE);
    e->next = (e->next + 1) % SLOTS;
}

void events_tell(const struct events *e)
{
    lines_hit(&e->lines, 0);
}
