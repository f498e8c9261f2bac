/*
 * Control: what ned started, as proc.iface and process.iface.
 *
 *      shell --next--> ned: numbers and names    (`ps`)
 *      shell --open, kill--> ned: the program ends, and where its rule says so
 *                                 runs again at once
 *
 * The number of a program is its place in the order of starts, from 1; it is
 * the same after a restart. Nothing can be spawned here, and nobody can wait:
 * ned answers at once or not at all (-L4_ENOSYS).
 */
#include "control.h"
#include "app.h"
#include "proc-server.h"
#include "process-server.h"
#include "../lib/l4re_c/vitrine_rm.h"
#include "../lib/loader/inspect.h"
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/vitrine/process.h>
#include <stdlib.h>
#include <string.h>

/* A capability to a program. */
struct handle {
    struct l4re_session session; /* first */
    struct app *app;
    l4_umword_t id;
};

static struct app *app_of(const struct l4re_session *session)
{
    return ((const struct handle *)session)->app;
}

/* What others call it: waiting to run again is running. */
static l4_umword_t state_of(const struct app *a)
{
    static const unsigned char states[] = {
        [APP_RUNNING] = PROCESS_RUNNING,
        [APP_EXITED] = PROCESS_EXITED,
        [APP_FAULTED] = PROCESS_FAULTED,
        [APP_KILLED] = PROCESS_KILLED,
    };
    return states[a->state];
}

static long on_info(struct l4re_session *session, l4_umword_t *ret_id,
                    l4_umword_t *ret_state, long *ret_code,
                    l4_umword_t *ret_time_us, l4_umword_t *ret_memory,
                    l4_umword_t *ret_memory_limit, l4_umword_t *ret_caps,
                    char *ret_name)
{
    const struct app *a = app_of(session);
    *ret_id = ((struct handle *)session)->id;
    *ret_state = state_of(a);
    *ret_code = a->code;
    *ret_time_us = app_time(a);
    strcpy(ret_name, a->name);
    if (!app_has_task(a))
        return 0;
    *ret_caps = loader_caps(&a->task);
    struct vitrine_usage u;
    long error = vitrine_usage(a->task.allocator, &u);
    if (error >= 0) {
        *ret_memory = u.bytes;
        *ret_memory_limit = u.byte_limit;
    }
    return error;
}

static long on_region(struct l4re_session *session, l4_umword_t at,
                      l4_umword_t *ret_start, l4_umword_t *ret_size,
                      l4_umword_t *ret_flags)
{
    const struct app *a = app_of(session);
    if (!app_has_task(a))
        return -L4_ENOENT;
    return loader_region(&a->task, at, ret_start, ret_size, ret_flags);
}

static long on_capability(struct l4re_session *session, l4_umword_t at,
                          l4_umword_t *ret_slot, char *ret_name)
{
    const struct app *a = app_of(session);
    if (!app_has_task(a))
        return -L4_ENOENT;
    return loader_capability(&a->task, at, ret_slot, ret_name);
}

static long on_kill(struct l4re_session *session, long signal)
{
    app_kill_for(app_of(session), (int)signal);
    return 0;
}

static void handle_closed(struct l4re_session *session)
{
    free(session);
}

/* process.iface without what is answered later. */
static struct l4re_interface handle_interface;
static const struct process_methods handle_methods = {
    .kill = on_kill,
    .info = on_info,
    .region = on_region,
    .capability = on_capability,
};
static const struct l4re_service handle_service = {
    .interface = &handle_interface,
    .methods = &handle_methods,
    .closed = handle_closed,
};

static long on_next(struct l4re_session *session, l4_umword_t after,
                    l4_umword_t *ret_id, l4_umword_t *ret_state,
                    l4_umword_t *ret_time_us, char *ret_name)
{
    const struct app *a = after < ~0u ? app_at((unsigned)after) : NULL;
    (void)session;
    if (!a)
        return -L4_ENOENT;
    *ret_id = after + 1;
    *ret_state = state_of(a);
    *ret_time_us = app_time(a);
    strcpy(ret_name, a->name);
    return 0;
}

static long on_open(struct l4re_session *session, l4_umword_t id,
                    l4_cap_idx_t *ret_process)
{
    struct app *a = id && id < ~0u ? app_at((unsigned)id - 1) : NULL;
    if (!(l4re_session_rights(session) & L4_CAP_FPAGE_S))
        return -L4_EPERM;
    if (!a)
        return -L4_ENOENT;
    struct handle *h = calloc(1, sizeof *h);
    if (!h)
        return -L4_ENOMEM;
    long error = l4re_session_open(session, &h->session, &handle_service, NULL);
    if (error < 0) {
        free(h);
        return error;
    }
    h->app = a;
    h->id = id;
    *ret_process = h->session.gate;
    return 0;
}

long control_create(l4_cap_idx_t slot)
{
    static const struct proc_methods methods = {.next = on_next,
                                                .open = on_open};
    static const struct l4re_service service = {.interface = &proc_interface,
                                                .methods = &methods};
    static struct l4re_session session;
    handle_interface = process_interface;
    handle_interface.answers_later = false;
    long error = l4_error(
        l4_factory_create(l4re_env()->factory, L4_PROTO_KOBJECT, slot));
    if (error < 0)
        return error;
    return l4re_server_publish(app_server(), &session, &service, slot);
}
