/*
 * Apps: ned as the parent of what it starts.
 *
 *      program --- parent gate (label = its number) ---> ned's main thread
 *
 * Through its gate come a program's last words: the exit signal, or an
 * exception that the kernel sends on its behalf when a fault could not be
 * answered. Neither gets an answer: the program is deleted instead.
 *
 * I1  apps[i]'s gate has label (i + 1) << LABEL_SHIFT.
 * I2  an app that does not run has no task any more.
 */
#include "app.h"
#include "../lib/l4re_c/protocol.h"
#include "../lib/l4re_c/vitrine_debug.h"
#include "../lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/debugger.h>
#include <l4/sys/factory.h>
#include <l4/sys/kip.h>
#include <l4/sys/task.h>
#include <lua.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

enum { APPS_MAX = 256, LABEL_SHIFT = 4 };

static struct app *apps[APPS_MAX];
static unsigned app_count;
static int result; /* as published */

static l4_cap_idx_t debugger(void)
{
    return l4re_env_get_cap("jdb");
}

/* The gate of apps[app_count]; keeps I1. */
static long parent_create(l4_cap_idx_t *ret_gate)
{
    l4_cap_idx_t gate = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(gate))
        return -L4_ENOMEM;
    long error = l4_error(l4_factory_create_gate(
        l4re_env()->factory, gate, l4re_env()->main_thread,
        (l4_umword_t)(app_count + 1) << LABEL_SHIFT));
    if (error < 0)
        l4re_util_cap_free(gate);
    else
        *ret_gate = gate;
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

struct app *app_start(struct loader_request *r, l4_cap_idx_t log,
                      struct loader_error *ret_error)
{
    struct app *a = calloc(1, sizeof *a);
    if (!a || app_count == APPS_MAX || parent_create(&a->parent) < 0) {
        snprintf(ret_error->text, sizeof ret_error->text,
                 "%s: too many programs", r->argv[0]);
        log_delete(log);
        free(a);
        return NULL;
    }
    l4_debugger_set_object_name(a->parent, "ned.parent");
    a->exit_handler = LUA_NOREF;
    a->log = log;
    r->parent = a->parent;
    if (loader_start(r, &a->task, ret_error) < 0) {
        parent_delete(a->parent);
        log_delete(log);
        free(a);
        return NULL;
    }
    apps[app_count++] = a;
    return a;
}

static void app_end(struct app *a, enum app_state state)
{
    a->state = state;
    loader_kill(&a->task); /* keeps I2 */
    parent_delete(a->parent);
    log_delete(a->log);
}

void app_kill(struct app *a)
{
    if (a->state == APP_RUNNING)
        app_end(a, APP_KILLED);
}

static struct app *app_of(l4_umword_t label)
{
    l4_umword_t i = (label >> LABEL_SHIFT) - 1;
    return i < app_count ? apps[i] : NULL;
}

static void refuse(long error)
{
    l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), l4_msgtag(error, 0, 0, 0),
                 L4_IPC_BOTH_TIMEOUT_0);
}

/* The kernel reports the fault of whoever this thread owes an answer. False:
 * there is no fault, the program wrote the message itself. */
static bool report_fault(void)
{
    if (!l4_is_valid_cap(debugger()))
        return true; /* nobody to ask */
    return vitrine_debug(debugger(), L4_VITRINE_REPORT_FAULT, 0) != -L4_ENOENT;
}

/* A message of app a. True: it has ended. */
static bool app_message(struct app *a, l4_msgtag_t tag)
{
    const l4_umword_t *mr = l4_utcb_mr()->mr;
    if (l4_msgtag_is_exception(tag) && report_fault()) {
        app_end(a, APP_FAULTED);
        return true;
    }
    if (l4_msgtag_label(tag) != L4RE_PROTO_PARENT) {
        refuse(-L4_EBADPROTO);
        return false;
    }
    if (l4_msgtag_words(tag) < 3 || mr[0] != PARENT_SIGNAL || mr[1] != 0) {
        refuse(-L4_ENOSYS);
        return false;
    }
    a->code = (int)(mr[2] & 0xff);
    app_end(a, APP_EXITED);
    return true;
}

struct app *app_serve(l4_cpu_time_t deadline)
{
    l4_umword_t label;
    l4_timeout_t timeout = L4_IPC_NEVER;
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    if (deadline)
        l4_rcv_timeout(l4_timeout_abs(deadline, 8), &timeout);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, timeout);
    if (l4_msgtag_has_error(tag))
        return NULL;
    struct app *a = app_of(label);
    if (!a || a->state != APP_RUNNING) {
        refuse(-L4_ENOENT);
        return NULL;
    }
    return app_message(a, tag) ? a : NULL;
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
