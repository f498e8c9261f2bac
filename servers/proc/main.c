/*
 * proc: programs started by programs. Sessions and their methods.
 *
 *      proc_server gate --create--> client (account)
 *      client --spawn, open--> handle (process)
 *
 * I1  no process that can still be started holds a handle to one that could
 *     be when it was given: what a process holds was started before it, so
 *     there are no rings of processes that hold each other, or themselves.
 *
 * What a process is: child.c.
 */
#include "proc-server.h"
#include "process-server.h"
#include "child.h"
#include "../lib/l4re_c/vitrine_rm.h"
#include "../lib/loader/inspect.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/consts.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_DEFAULT = 32, LIMIT_MAX = 1024 };

struct client {
    struct l4re_session session; /* first */
    struct account *account;
};

/* A capability to a process. */
struct handle {
    struct l4re_session session; /* first */
    struct child *child;
    struct handle *next;
};

static struct handle *handles; /* all */

static const struct l4re_service process_service;

static struct child *child_of(struct l4re_session *session)
{
    return ((struct handle *)session)->child;
}

/* --- one process ------------------------------------------------------- */

static long on_argument(struct l4re_session *session, const char *text)
{
    return child_argument(child_of(session), text);
}

static long on_variable(struct l4re_session *session, const char *setting)
{
    if (!strchr(setting, '='))
        return -L4_EINVAL;
    return child_variable(child_of(session), setting);
}

/* A copy that can do nothing but call: such copies of one object are equal,
 * whatever rights the capabilities have. L4_INVALID_CAP: no slot or memory. */
static l4_cap_idx_t plain_copy(l4_cap_idx_t cap)
{
    l4_cap_idx_t copy = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(copy))
        return copy;
    long error = l4_error(l4_task_map(L4RE_THIS_TASK_CAP, L4RE_THIS_TASK_CAP,
                                      l4_obj_fpage(cap, 0, L4_CAP_FPAGE_RO),
                                      copy | L4_MAP_ITEM_MAP));
    if (error >= 0)
        return copy;
    l4re_util_cap_free(copy);
    return L4_INVALID_CAP;
}

/* 1, 0, or an error. */
static long is_same(l4_cap_idx_t plain, l4_cap_idx_t cap)
{
    l4_cap_idx_t other = plain_copy(cap);
    if (l4_is_invalid_cap(other))
        return -L4_ENOMEM;
    long same = l4_error(l4_task_cap_equal(L4RE_THIS_TASK_CAP, plain, other));
    l4re_util_cap_free_um(other);
    return same;
}

/* Keeps a capability that came, and I1. -L4_EINVAL: it leads to a process that
 * was not started yet. O(handles). */
static long keep(struct l4re_session *session, l4_cap_idx_t cap)
{
    l4_cap_idx_t plain = plain_copy(cap);
    long same = l4_is_invalid_cap(plain) ? -L4_ENOMEM : 0;
    for (const struct handle *h = handles; h && !same; h = h->next)
        if (h->child->state == PROCESS_NEW)
            same = is_same(plain, h->session.gate);
    if (l4_is_valid_cap(plain))
        l4re_util_cap_free_um(plain);
    if (same)
        return same < 0 ? same : -L4_EINVAL;
    return l4re_session_keep_cap(session, cap);
}

static long on_give(struct l4re_session *session, const char *name,
                    l4_umword_t rights, l4_cap_idx_t what)
{
    long error = keep(session, what);
    if (error < 0)
        return error;
    return child_give(child_of(session), name,
                      (unsigned)(rights & L4_CAP_FPAGE_RWSD), what);
}

static long on_limit(struct l4re_session *session, l4_umword_t memory,
                     l4_umword_t priority, l4_umword_t stack)
{
    struct child *p = child_of(session);
    if (!child_is_new(p))
        return -L4_EBUSY;
    if (priority > L4_SCHED_MAX_PRIO || memory >> 40)
        return -L4_EINVAL;
    if (memory)
        p->memory = memory;
    p->priority = (unsigned)priority;
    p->stack = stack;
    return 0;
}

static long on_limit_cpu(struct l4re_session *session, l4_umword_t ms)
{
    struct child *p = child_of(session);
    if (!child_is_new(p))
        return -L4_EBUSY;
    if (ms >> 31)
        return -L4_EINVAL;
    p->cpu_ms = (unsigned)ms;
    return 0;
}

static long on_start(struct l4re_session *session, l4_umword_t *ret_id)
{
    return child_start(child_of(session), session, ret_id);
}

static long on_problem(struct l4re_session *session, char *ret_text)
{
    strcpy(ret_text, child_of(session)->problem.text);
    return 0;
}

static long on_wait(struct l4re_session *session, l4_umword_t *ret_state,
                    long *ret_code)
{
    struct child *p = child_of(session);
    if (p->state == PROCESS_NEW)
        return -L4_EINVAL;
    *ret_state = p->state;
    *ret_code = p->code;
    if (p->state != PROCESS_RUNNING)
        return 0;
    if (p->waiter_count == PROCESS_WAITERS)
        return -L4_EBUSY;
    long error = l4re_session_later(session, &p->waiters[p->waiter_count]);
    if (error < 0)
        return error;
    p->waiter_count++;
    return L4RE_LATER;
}

static long on_notify(struct l4re_session *session, l4_cap_idx_t irq)
{
    long error = keep(session, irq);
    if (error < 0)
        return error;
    child_notify(child_of(session), irq);
    return 0;
}

static long on_kill(struct l4re_session *session, long signal)
{
    child_kill(child_of(session), session->server, (int)signal);
    return 0;
}

static long on_hold(struct l4re_session *session, l4_umword_t on)
{
    return child_hold(child_of(session), on);
}

static long on_info(struct l4re_session *session, l4_umword_t *ret_id,
                    l4_umword_t *ret_state, long *ret_code,
                    l4_umword_t *ret_time_us, l4_umword_t *ret_memory,
                    l4_umword_t *ret_memory_limit, l4_umword_t *ret_caps,
                    char *ret_name)
{
    const struct child *p = child_of(session);
    *ret_id = p->id;
    *ret_state = child_state(p);
    *ret_code = p->code;
    *ret_time_us = child_time(p);
    *ret_memory_limit = p->memory;
    strncpy(ret_name, child_name(p), PROCESS_NAME);
    if (p->state != PROCESS_RUNNING)
        return 0;
    *ret_caps = loader_caps(&p->app);
    struct vitrine_usage u;
    long error = vitrine_usage(p->app.allocator, &u);
    if (error >= 0) {
        *ret_memory = u.bytes;
        *ret_memory_limit = u.byte_limit;
    }
    return error < 0 ? error : 0;
}

static long on_region(struct l4re_session *session, l4_umword_t at,
                      l4_umword_t *ret_start, l4_umword_t *ret_size,
                      l4_umword_t *ret_flags)
{
    const struct child *p = child_of(session);
    if (p->state != PROCESS_RUNNING)
        return -L4_ENOENT;
    return loader_region(&p->app, at, ret_start, ret_size, ret_flags);
}

static long on_capability(struct l4re_session *session, l4_umword_t at,
                          l4_umword_t *ret_slot, char *ret_name)
{
    const struct child *p = child_of(session);
    if (p->state != PROCESS_RUNNING)
        return -L4_ENOENT;
    return loader_capability(&p->app, at, ret_slot, ret_name);
}

static void handle_closed(struct l4re_session *session)
{
    struct handle **at = &handles;
    while (*at != (struct handle *)session)
        at = &(*at)->next;
    *at = (*at)->next;
    child_drop(child_of(session));
    free(session);
}

static const struct process_methods process_methods = {
    .argument = on_argument,
    .variable = on_variable,
    .give = on_give,
    .limit = on_limit,
    .start = on_start,
    .problem = on_problem,
    .wait = on_wait,
    .notify = on_notify,
    .kill = on_kill,
    .info = on_info,
    .region = on_region,
    .capability = on_capability,
    .hold = on_hold,
    .limit_cpu = on_limit_cpu,
};

static const struct l4re_service process_service = {
    .interface = &process_interface,
    .methods = &process_methods,
    .closed = handle_closed,
};

/* A handle to p for who asks `client`. */
static long handle_open(struct l4re_session *client, struct child *p,
                        l4_cap_idx_t *ret_process)
{
    struct handle *h = calloc(1, sizeof *h);
    if (!h)
        return -L4_ENOMEM;
    long error = l4re_session_open(client, &h->session, &process_service, NULL);
    if (error < 0) {
        free(h);
        return error;
    }
    h->child = p;
    h->next = handles;
    handles = h;
    p->handles++;
    *ret_process = h->session.gate;
    return 0;
}

/* --- a client ------------------------------------------------------------ */

static long on_spawn(struct l4re_session *session, const char *path,
                     l4_cap_idx_t *ret_process)
{
    struct child *p = child_new(((struct client *)session)->account, path);
    if (!p)
        return -L4_ENOMEM;
    long error = handle_open(session, p, ret_process);
    if (error < 0) {
        p->handles = 1;
        child_drop(p);
    }
    return error;
}

static long on_next(struct l4re_session *session, l4_umword_t after,
                    l4_umword_t *ret_id, l4_umword_t *ret_state,
                    l4_umword_t *ret_time_us, char *ret_name)
{
    const struct child *p = child_after(after);
    (void)session;
    if (!p)
        return -L4_ENOENT;
    *ret_id = p->id;
    *ret_state = child_state(p);
    *ret_time_us = child_time(p);
    strncpy(ret_name, child_name(p), PROCESS_NAME);
    return 0;
}

static long on_open(struct l4re_session *session, l4_umword_t id,
                    l4_cap_idx_t *ret_process)
{
    struct child *p = id ? child_after(id - 1) : NULL;
    if (!(l4re_session_rights(session) & L4_CAP_FPAGE_S))
        return -L4_EPERM;
    if (!p || p->id != id)
        return -L4_ENOENT;
    return handle_open(session, p, ret_process);
}

/* create(most processes) */
static long client_opened(struct l4re_session *session,
                          struct l4re_request *request)
{
    struct client *c = (struct client *)session;
    long limit = 0;
    if (l4re_varg_int(request, &limit) < 0 || limit < 0 || limit > LIMIT_MAX)
        return -L4_EINVAL;
    c->account = account_new(limit ? (unsigned)limit : LIMIT_DEFAULT);
    return c->account ? 0 : -L4_ENOMEM;
}

static void client_closed(struct l4re_session *session)
{
    account_drop(((struct client *)session)->account);
}

/* proc [--check]: with all invariants checked, for tests */
int main(int argc, char **argv)
{
    static const struct proc_methods methods = {
        .spawn = on_spawn, .next = on_next, .open = on_open};
    static const struct l4re_service service = {
        .interface = &proc_interface,
        .methods = &methods,
        .session_size = sizeof(struct client),
        .opened = client_opened,
        .closed = client_closed,
    };
    struct l4re_server server;
    struct client root = {.account = account_new(LIMIT_DEFAULT)};

    child_checks = argc > 1 && !strcmp(argv[1], "--check");
    if (!root.account || l4re_server_init(&server, L4RE_SERVER_LATER) < 0 ||
        l4re_server_publish(&server, &root.session, &service,
                            l4re_env_get_cap("proc_server")) < 0)
        return 1;
    return (int)l4re_server_run(&server);
}
