/*
 * Apps: ned as the parent of what it starts.
 *
 *      program --- parent gate (label: its struct app) ---> ned's main thread
 *
 * Through its gate come a program's last words: the exit signal, or an
 * exception that the kernel sends on its behalf when a fault could not be
 * answered. Neither gets an answer: the program is deleted instead. Where its
 * rule says so it is started again, with the same capabilities: what it
 * serves are gates of ned's, and its clients keep theirs.
 *
 *      RUNNING --end, rule--> RUNNING, `again` set --delay--> RUNNING
 *         |
 *         +--end, no rule, or too often--> EXITED, FAULTED, KILLED
 *
 * I1  apps[0 .. app_count) are all there ever were.
 * I2  an app has a task exactly while it runs and `again` is not set.
 */
#include "app.h"
#include "cpulimit.h"
#include "plan.h"
#include "sessions.h"
#include "../lib/l4re_c/protocol.h"
#include "../lib/l4re_c/vitrine_debug.h"
#include "../lib/l4re_c/vitrine_rm.h"
#include "../lib/loader/inspect.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/debugger.h>
#include <l4/sys/factory.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <lua.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APPS_MAX = 256, ROOM_PAUSE_US = 20000 };

static struct l4re_server server;
static struct app *apps[APPS_MAX];
static unsigned app_count;
static struct app *ended; /* by what is being served */
static int result;        /* as published */

static l4_cap_idx_t debugger(void)
{
    return l4re_env_get_cap("jdb");
}

struct l4re_server *app_server(void)
{
    return &server;
}

struct app *app_at(unsigned n)
{
    return n < app_count ? apps[n] : NULL;
}

bool app_has_task(const struct app *a)
{
    return a->state == APP_RUNNING && !a->again.is_set;
}

l4_cpu_time_t app_time(const struct app *a)
{
    return a->time_us + (app_has_task(a) ? loader_time(&a->task) : 0);
}

/* --- its gate and its log ------------------------------------------------ */

static long parent_create(struct app *a)
{
    l4_cap_idx_t gate = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(gate))
        return -L4_ENOMEM;
    long error = l4_error(l4_factory_create_gate(
        l4re_env()->factory, gate, server.thread, (l4_umword_t)&a->last_words));
    if (error < 0)
        l4re_util_cap_free(gate);
    else
        a->parent = gate;
    return error;
}

static void parent_delete(l4_cap_idx_t gate)
{
    l4_task_delete_obj(L4_BASE_TASK_CAP, gate);
    l4re_util_cap_free_um(gate);
}

static void log_delete(l4_cap_idx_t log)
{
    if (!log)
        return;
    vitrine_destroy(log); /* writes out what is left in its line */
    l4re_util_cap_free_um(log);
}

static void limit_delete(l4_cap_idx_t cpu_limit)
{
    if (cpu_limit)
        l4re_util_cap_free_um(cpu_limit);
}

/* --- the end -------------------------------------------------------------- */

static const char *const end_texts[] = {
    [APP_EXITED] = "exited",
    [APP_FAULTED] = "faulted",
    [APP_KILLED] = "was killed",
};

/* For good: what was its own goes. */
static void app_finish(struct app *a)
{
    a->state = a->last_state;
    parent_delete(a->parent);
    log_delete(a->log);
    limit_delete(a->rule.cpu_limit);
    free(a->plan);
    a->plan = NULL;
}

static void app_again(struct l4re_server *s, struct l4re_timer *timer);

/* Does its rule have it started again? Then it will be, not before
 * `least_us`. */
static bool app_revive(struct app *a, l4_cpu_time_t least_us)
{
    l4_cpu_time_t delay =
        a->rule.delay_us > least_us ? a->rule.delay_us : least_us;
    l4_cpu_time_t now = l4_kip_clock(l4_kip());
    bool wanted =
        a->last_state == APP_EXITED ? a->rule.after_exit : a->rule.after_fault;
    if (!wanted || !a->plan)
        return false;
    if (now - a->since > a->rule.within_us) {
        a->since = now;
        a->recent = 0;
    }
    if (a->recent++ == a->rule.most) {
        printf("ned: %s%s %s, too often: it stays so\n", a->where, a->name,
               end_texts[a->last_state]);
        return false;
    }
    l4re_timer_set(&server, &a->again, now + delay, app_again);
    return true;
}

/* Keeps I2. */
static void app_end(struct app *a, enum app_state state, int code)
{
    a->time_us = app_time(a);
    a->last_state = state;
    a->code = code;
    loader_kill(&a->task);
    if (!app_revive(a, 0))
        app_finish(a);
    ended = a;
    l4re_server_stop(&server, 0);
}

/* Its time has come. */
static void app_again(struct l4re_server *s, struct l4re_timer *timer)
{
    struct app *a = (struct app *)((char *)timer - offsetof(struct app, again));
    struct loader_error error = {0};
    (void)s;
    memset(&a->task, 0, sizeof a->task);
    long code = loader_start(&a->plan->request, &a->task, &error);
    if (code >= 0) {
        a->starts++;
        sessions_again(a->plan->request.caps, a->plan->request.cap_count);
        printf("ned: %s%s %s; it runs again\n", a->where, a->name,
               end_texts[a->last_state]);
        return;
    }
    printf("ned: %s%s\n", a->where, error.text);
    /* What others have let go of may make room. */
    if (code == -L4_ENOMEM && app_revive(a, ROOM_PAUSE_US))
        return;
    app_finish(a);
    ended = a;
    l4re_server_stop(&server, 0);
}

void app_kill(struct app *a)
{
    if (a->state != APP_RUNNING)
        return;
    if (app_has_task(a))
        loader_kill(&a->task);
    l4re_timer_clear(&server, &a->again);
    a->last_state = APP_KILLED;
    app_finish(a);
}

void app_kill_for(struct app *a, int signal)
{
    if (app_has_task(a))
        app_end(a, APP_KILLED, signal);
}

void app_over(l4_cap_idx_t cpu_limit)
{
    for (unsigned i = 0; i < app_count; i++) {
        struct app *a = apps[i];
        if (a->rule.cpu_limit != cpu_limit || !app_has_task(a))
            continue;
        printf("ned: %s%s has used up its CPU time: it is ended\n", a->where,
               a->name);
        a->rule.after_exit = a->rule.after_fault = false;
        app_end(a, APP_KILLED, CPULIMIT_SIGNAL);
    }
}

void apps_kill(void)
{
    for (unsigned i = 0; i < app_count; i++)
        app_kill(apps[i]);
}

/* --- last words ------------------------------------------------------------
 */

/* The kernel reports the fault of whoever this thread owes an answer. False:
 * there is no fault, the program wrote the message itself. */
static bool report_fault(void)
{
    if (!l4_is_valid_cap(debugger()))
        return true; /* nobody to ask */
    return vitrine_debug(debugger(), L4_VITRINE_REPORT_FAULT, 0) != -L4_ENOENT;
}

static void refuse(struct l4re_server *s, long error)
{
    s->answer = l4_msgtag(error, 0, 0, 0);
    s->has_answer = true;
}

static void last_words_arrived(struct l4re_server *s,
                               struct l4re_endpoint *from, l4_msgtag_t tag,
                               l4_umword_t label)
{
    struct app *a = (struct app *)from;
    const l4_umword_t *mr = l4_utcb_mr()->mr;
    l4_umword_t words[3] = {mr[0], mr[1], mr[2]};
    (void)label;
    s->request.items = l4_msgtag_items(tag); /* nothing of it is kept */
    if (l4_msgtag_is_exception(tag) && report_fault())
        app_end(a, APP_FAULTED, 0);
    else if (l4_msgtag_label(tag) != L4RE_PROTO_PARENT)
        refuse(s, -L4_EBADPROTO);
    else if (l4_msgtag_words(tag) < 3 || words[0] != PARENT_SIGNAL || words[1])
        refuse(s, -L4_ENOSYS);
    else
        app_end(a, APP_EXITED, (int)(words[2] & 0xff));
}

/* --- the start --------------------------------------------------------------
 */

static bool has_rule(const struct app_rule *rule)
{
    return rule->after_exit || rule->after_fault;
}

static struct app *app_new(const struct loader_request *r,
                           const struct app_rule *rule, const char *where)
{
    struct app *a = app_count < APPS_MAX ? calloc(1, sizeof *a) : NULL;
    if (!a)
        return NULL;
    a->last_words.arrived = last_words_arrived;
    a->exit_handler = LUA_NOREF;
    a->rule = *rule;
    a->since = l4_kip_clock(l4_kip());
    strncpy(a->name, r->name ? r->name : r->argv[0], sizeof a->name - 1);
    strncpy(a->where, where, sizeof a->where - 1);
    if (parent_create(a) >= 0)
        return a;
    free(a);
    return NULL;
}

struct app *app_start(struct loader_request *r, l4_cap_idx_t log,
                      const struct app_rule *rule, const char *where,
                      struct loader_error *ret_error)
{
    struct app *a = app_new(r, rule, where);
    if (!a) {
        snprintf(ret_error->text, sizeof ret_error->text,
                 "%s: too many programs", r->argv[0]);
        log_delete(log);
        limit_delete(rule->cpu_limit);
        return NULL;
    }
    l4_debugger_set_object_name(a->parent, "ned.parent");
    a->log = log;
    r->parent = a->parent;
    a->plan = has_rule(rule) ? plan_make(r) : NULL;
    if (loader_start(r, &a->task, ret_error) < 0) {
        app_finish(a);
        free(a);
        return NULL;
    }
    a->starts = 1;
    apps[app_count++] = a; /* keeps I1 */
    return a;
}

/* --- the loop
 * ----------------------------------------------------------------- */

long apps_init(void)
{
    return l4re_server_init(&server, 0);
}

static void deadline_reached(struct l4re_server *s, struct l4re_timer *timer)
{
    (void)timer;
    l4re_server_stop(s, 0);
}

struct app *app_serve(l4_cpu_time_t deadline)
{
    struct l4re_timer wake = {0};
    ended = NULL;
    server.must_stop = false;
    if (deadline)
        l4re_timer_set(&server, &wake, deadline, deadline_reached);
    l4re_server_run(&server);
    l4re_timer_clear(&server, &wake);
    return ended;
}

bool app_any_running(void)
{
    for (unsigned i = 0; i < app_count; i++)
        if (apps[i]->state == APP_RUNNING)
            return true;
    return false;
}

int app_publish_result(void)
{
    for (unsigned i = 0; i < app_count; i++) {
        struct app *a = apps[i];
        if (a->waited || a->counted || a->state == APP_RUNNING)
            continue;
        a->counted = true;
        if (a->state == APP_FAULTED && l4_is_valid_cap(debugger()))
            vitrine_debug(debugger(), L4_VITRINE_COUNT_FAULT, 1);
        if (a->state == APP_EXITED && !result)
            result = a->code;
    }
    if (l4_is_valid_cap(debugger()))
        vitrine_debug(debugger(), L4_VITRINE_SET_RESULT, (l4_umword_t)result);
    return result;
}
