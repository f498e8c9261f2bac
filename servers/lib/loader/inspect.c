/*
 * Looking into a program from outside: its loader holds its task and its
 * region map, which know what it has.
 *
 * A program keeps what it makes in the slots behind those it was given
 * (l4re_util_cap_alloc()); slots elsewhere are its own business and not seen.
 */
#include "inspect.h"
#include <l4/re/c/rm.h>
#include <l4/sys/err.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/vitrine/trace.h>
#include <string.h>

enum { SLOTS_OWN = 64 * 64 }; /* l4re_util_cap_alloc() */

static bool slot_in_use(const struct loader_app *app, l4_umword_t slot)
{
    return l4_msgtag_label(l4_task_cap_valid(app->task, slot << L4_CAP_SHIFT)) >
           0;
}

/* The first slot in use from `at` on; the table's end: none. */
static l4_umword_t slot_next(const struct loader_app *app, l4_umword_t at)
{
    l4_umword_t end = app->first_free + SLOTS_OWN;
    while (at < end && !slot_in_use(app, at))
        at++;
    return at < end ? at : end;
}

l4_umword_t loader_caps(const struct loader_app *app)
{
    l4_umword_t n = 0, end = app->first_free + SLOTS_OWN;
    for (l4_umword_t at = slot_next(app, 1); at < end;
         at = slot_next(app, at + 1))
        n++;
    return n;
}

long loader_capability(const struct loader_app *app, l4_umword_t at,
                       l4_umword_t *ret_slot, char *ret_name)
{
    at = slot_next(app, at ? at : 1);
    if (at == app->first_free + SLOTS_OWN)
        return -L4_ENOENT;
    *ret_slot = at;
    *ret_name = 0;
    for (unsigned i = 0; i < app->named_count; i++)
        if (app->named[i].slot == at)
            strcpy(ret_name, app->named[i].name);
    return 0;
}

long loader_region(const struct loader_app *app, l4_umword_t at,
                   l4_umword_t *ret_start, l4_umword_t *ret_size,
                   l4_umword_t *ret_flags)
{
    l4_addr_t address = at;
    unsigned long size = ~0ul - at; /* all behind it */
    l4re_rm_offset_t offset;
    l4re_rm_flags_t flags;
    l4re_ds_t ds;
    int found =
        l4re_rm_find_srv(app->rm, &address, &size, &offset, &flags, &ds);
    if (found < 0)
        return found;
    *ret_start = address;
    *ret_size = size;
    *ret_flags = (l4_umword_t)flags;
    return 0;
}

static bool has_debugger(void)
{
    return l4_is_valid_cap(l4re_env_get_cap("jdb"));
}

l4_umword_t loader_time(const struct loader_app *app)
{
    l4_kernel_clock_t us = 0;
    if (has_debugger())
        l4_vitrine_task_time(app->task, &us);
    else
        l4_thread_stats_time(app->thread, &us);
    return us;
}

long loader_hold(const struct loader_app *app, bool on)
{
    return has_debugger() ? l4_error(l4_vitrine_task_hold(app->task, on))
                          : -L4_ENOSYS;
}
