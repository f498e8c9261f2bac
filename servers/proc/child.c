/*
 * Processes: preparing, starting, ending (see child.h).
 *
 * Its parent gate brings a process's last words: the exit signal, or an
 * exception that the kernel sends on its behalf when a fault could not be
 * answered. Neither gets an answer: the process is deleted instead.
 */
#include "child.h"
#include "process-server.h"
#include "../lib/loader/inspect.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/debugger.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY_DEFAULT = 32 << 20,
};

bool child_checks;
static struct child *processes; /* I1 */
static l4_umword_t last_id;

/* --- accounts ----------------------------------------------------------- */

struct account *account_new(unsigned limit)
{
    struct account *a = calloc(1, sizeof *a);
    if (a)
        *a = (struct account){.references = 1, .limit = limit};
    return a;
}

void account_drop(struct account *a)
{
    if (!--a->references)
        free(a);
}

static void account_uncount(struct child *p)
{
    if (!p->account)
        return;
    p->account->processes--;
    account_drop(p->account);
    p->account = NULL;
}

/* --- being prepared ----------------------------------------------------- */

struct child *child_new(struct account *a, const char *path)
{
    if (a->processes == a->limit)
        return NULL;
    struct child *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    strncpy(p->path, path, PROCESS_PATH);
    p->account = a;
    p->notify = L4_INVALID_CAP;
    p->memory = MEMORY_DEFAULT;
    a->references++;
    a->processes++;
    return p;
}

bool child_is_new(const struct child *p)
{
    return p->state == PROCESS_NEW && !p->is_read;
}

/* Keeps `text` in list[*count]. */
static long text_keep(struct child *p, char **list, unsigned *count,
                      unsigned max, const char *text)
{
    size_t size = strlen(text) + 1;
    if (!child_is_new(p))
        return -L4_EBUSY;
    if (*count == max || size > PROCESS_TEXT - p->text)
        return -L4_ENOMEM;
    char *copy = strdup(text);
    if (!copy)
        return -L4_ENOMEM;
    p->text += size;
    list[(*count)++] = copy;
    return 0;
}

long child_argument(struct child *p, const char *text)
{
    return text_keep(p, p->argv, &p->argc, PROCESS_ARGUMENTS, text);
}

long child_variable(struct child *p, const char *text)
{
    return text_keep(p, p->envp, &p->envc, PROCESS_VARIABLES, text);
}

static struct loader_cap *cap_named(struct child *p, const char *name)
{
    for (unsigned i = 0; i < p->cap_count; i++)
        if (!strcmp(p->caps[i].name, name))
            return &p->caps[i];
    if (p->cap_count == PROCESS_CAPS)
        return NULL;
    struct loader_cap *c = &p->caps[p->cap_count];
    c->name = strcpy(p->cap_names[p->cap_count++], name);
    c->cap = L4_INVALID_CAP;
    return c;
}

static void cap_forget(l4_cap_idx_t *cap)
{
    if (*cap && l4_is_valid_cap(*cap))
        l4re_util_cap_free_um(*cap);
    *cap = L4_INVALID_CAP;
}

long child_give(struct child *p, const char *name, unsigned rights,
                l4_cap_idx_t cap)
{
    long error = !child_is_new(p) ? -L4_EBUSY : *name ? 0 : -L4_EINVAL;
    struct loader_cap *c = error ? NULL : cap_named(p, name);
    if (!c) {
        cap_forget(&cap);
        return error ? error : -L4_ENOMEM;
    }
    cap_forget(&c->cap);
    c->cap = cap;
    c->rights = rights ? rights : L4_CAP_FPAGE_RWS;
    return 0;
}

/* --- names ------------------------------------------------------------- */

const char *child_name(const struct child *p)
{
    const char *path = p->argc ? p->argv[0] : p->path;
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

l4_umword_t child_time(const struct child *p)
{
    return p->state == PROCESS_RUNNING ? loader_time(&p->app) : p->time_us;
}

unsigned child_state(const struct child *p)
{
    return p->is_held ? PROCESS_HELD : p->state;
}

long child_hold(struct child *p, bool on)
{
    if (p->state != PROCESS_RUNNING)
        return -L4_EINVAL;
    long error = loader_hold(&p->app, on);
    if (error >= 0)
        p->is_held = on;
    return error;
}

/* --- the end ------------------------------------------------------------ */

static void texts_free(char **list)
{
    for (; *list; list++)
        free(*list);
}

static void child_free(struct child *p)
{
    struct child **at = &processes;
    while (*at && *at != p)
        at = &(*at)->next;
    if (*at)
        *at = p->next; /* keeps I1 */
    for (unsigned i = 0; i < p->cap_count; i++)
        cap_forget(&p->caps[i].cap);
    cap_forget(&p->notify);
    texts_free(p->argv);
    texts_free(p->envp);
    account_uncount(p);
    free(p);
}

void child_drop(struct child *p)
{
    if (--p->handles)
        return;
    if (p->state != PROCESS_RUNNING && !p->is_read)
        child_free(p); /* keeps I6 */
    else if (p->is_held)
        child_hold(p, false);
}

static void object_delete(l4_cap_idx_t *cap)
{
    l4_task_delete_obj(L4RE_THIS_TASK_CAP, *cap);
    cap_forget(cap);
}

static void waiters_answer(struct child *p, struct l4re_server *s)
{
    for (unsigned i = 0; i < p->waiter_count; i++)
        process_wait_answer(s, p->waiters[i], 0, p->state, p->code);
    p->waiter_count = 0;
}

/* After what changes the list: stops a server that is broken. */
static void check_now(struct l4re_server *s)
{
    const char *broken = child_checks ? child_check() : NULL;
    if (!broken)
        return;
    printf("proc: %s\n", broken);
    l4re_server_stop(s, 1);
}

/* It does not run any more; p may be gone afterwards. */
static void child_end(struct child *p, struct l4re_server *s, unsigned state,
                      int code)
{
    p->time_us = child_time(p);
    p->state = state;
    p->is_held = false;
    p->code = code;
    loader_kill(&p->app);
    object_delete(&p->parent);
    cap_forget(&p->cpu_limit);
    for (unsigned i = 0; i < p->cap_count; i++)
        cap_forget(&p->caps[i].cap);
    account_uncount(p);
    waiters_answer(p, s);
    if (l4_is_valid_cap(p->notify))
        l4_irq_trigger(p->notify);
    cap_forget(&p->notify);
    if (!p->handles)
        child_free(p);
    check_now(s);
}

void child_notify(struct child *p, l4_cap_idx_t irq)
{
    cap_forget(&p->notify);
    p->notify = irq;
    if (p->state <= PROCESS_RUNNING)
        return;
    l4_irq_trigger(irq);
    cap_forget(&p->notify); /* there is nothing more to tell */
}

void child_kill(struct child *p, struct l4re_server *s, int signal)
{
    if (p->state == PROCESS_RUNNING)
        child_end(p, s, PROCESS_KILLED, signal);
}

static void last_words_arrived(struct l4re_server *s,
                               struct l4re_endpoint *from, l4_msgtag_t tag,
                               l4_umword_t label)
{
    struct child *p = (struct child *)from;
    const l4_umword_t *mr = l4_utcb_mr()->mr;
    (void)label;
    if (l4_msgtag_is_exception(tag)) {
        child_end(p, s, PROCESS_FAULTED, PROCESS_FAULT_SIGNAL);
        return;
    }
    if (l4_msgtag_label(tag) == L4RE_PROTO_PARENT &&
        l4_msgtag_words(tag) >= 3 && mr[0] == PARENT_SIGNAL) {
        if (mr[1]) /* by a signal that nobody handled: abort() */
            child_end(p, s, PROCESS_KILLED, (int)(mr[1] & 0x7f));
        else
            child_end(p, s, PROCESS_EXITED, (int)(mr[2] & 0xff));
        return;
    }
    s->request.items = l4_msgtag_items(tag); /* nothing of it is kept */
    s->answer = l4_msgtag(
        l4_msgtag_label(tag) == L4RE_PROTO_PARENT ? -L4_ENOSYS : -L4_EBADPROTO,
        0, 0, 0);
    s->has_answer = true;
}

/* --- starting ------------------------------------------------------------ */

static long gate_create(l4_cap_idx_t *ret_gate)
{
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(slot))
        return -L4_ENOMEM;
    long error = l4_error(
        l4_factory_create(l4re_env()->factory, L4_PROTO_KOBJECT, slot));
    if (error < 0)
        l4re_util_cap_free(slot);
    else
        *ret_gate = slot;
    return error;
}

/* Takes the capability `name` out of the list: it goes to another place. */
static l4_cap_idx_t cap_take(struct loader_cap *named, unsigned *inout_count,
                             const char *name)
{
    for (unsigned i = 0; i < *inout_count; i++)
        if (!strcmp(named[i].name, name)) {
            l4_cap_idx_t cap = named[i].cap;
            named[i] = named[--*inout_count];
            return cap;
        }
    return 0;
}

/* It gets what it was given, and nothing else but what makes it a program. */
static long child_load(struct child *p, struct l4re_server *s, l4re_ds_t image)
{
    struct loader_cap named[PROCESS_CAPS];
    unsigned count = p->cap_count;
    const char *argv[PROCESS_ARGUMENTS + 1] = {p->path};
    const char *envp[PROCESS_VARIABLES + 2];
    char id[sizeof PROCESS_ID_VARIABLE + 2 * sizeof last_id];
    snprintf(id, sizeof id, PROCESS_ID_VARIABLE "%lx", last_id + 1);
    memcpy(envp, p->envp, sizeof p->envp);
    envp[p->envc] = id;
    envp[p->envc + 1] = NULL;
    memcpy(named, p->caps, sizeof named);
    if (p->argc)
        memcpy(argv, p->argv, sizeof argv);
    struct loader_request r = {
        .argc = p->argc ? (int)p->argc : 1,
        .argv = argv,
        .file = p->path,
        .image = image,
        .name = child_name(p),
        .envp = envp,
        .caps = named,
        .parent = p->parent,
        .memory_limit = p->memory,
        .object_limit = LOADER_SHARE,
        .priority = p->priority,
        .stack_size = p->stack,
    };
    r.log = cap_take(named, &count, "log");
    r.scheduler = cap_take(named, &count, "scheduler");
    r.mem_alloc = cap_take(named, &count, "mem_alloc");
    r.factory = cap_take(named, &count, "factory");
    r.kernel_limit = r.factory ? 0 : LOADER_SHARE;
    r.cap_count = count;
    if (p->cpu_ms) {
        long error =
            cpu_limit_make(s, r.scheduler ? r.scheduler : l4re_env()->scheduler,
                           p->cpu_ms, &p->cpu_limit);
        if (error < 0)
            return error;
        r.scheduler = p->cpu_limit;
    }
    return loader_start(&r, &p->app, &p->problem);
}

static void list_add(struct child *p)
{
    struct child **at = &processes;
    while (*at)
        at = &(*at)->next;
    p->id = ++last_id;
    *at = p; /* keeps I1 */
}

/* With its file, or 0: the loader finds it. */
static long child_begin(struct child *p, struct l4re_server *s, l4re_ds_t image)
{
    p->last_words.arrived = last_words_arrived;
    long error = gate_create(&p->parent);
    if (error < 0)
        return error;
    error =
        l4_error(l4_rcv_ep_bind_thread(p->parent, s->thread, (l4_umword_t)p));
    if (error >= 0)
        error = child_load(p, s, image);
    if (error >= 0) {
        p->state = PROCESS_RUNNING;
        list_add(p);
        check_now(s);
        return 0;
    }
    object_delete(&p->parent);
    cap_forget(&p->cpu_limit);
    return error;
}

static struct l4re_server *reading_for; /* the one server */

/* Whoever waits for its start is answered; p may be gone afterwards. */
static void file_is_read(struct aside_work *w)
{
    struct child *p =
        (struct child *)((char *)w - offsetof(struct child, reading.work));
    long error = p->reading.error;
    p->is_read = false;
    if (error < 0)
        snprintf(p->problem.text, sizeof p->problem.text, "%.80s: %s", p->path,
                 l4sys_errtostr(error));
    else if (p->handles)
        error = child_begin(p, reading_for, p->reading.image);
    cap_forget(&p->reading.image);
    process_start_answer(reading_for, p->starter, error, p->id);
    if (!p->handles && p->state == PROCESS_NEW)
        child_free(p);
}

static long file_read(struct child *p, struct l4re_session *session)
{
    long error = l4re_session_later(session, &p->starter);
    if (error < 0)
        return error;
    reading_for = session->server;
    p->reading.path = p->path;
    p->is_read = true;
    error = image_read_aside(reading_for, &p->reading, file_is_read);
    if (error < 0) {
        p->is_read = false;
        process_start_answer(reading_for, p->starter, error, 0);
    }
    return L4RE_LATER;
}

long child_start(struct child *p, struct l4re_session *session,
                 l4_umword_t *ret_id)
{
    if (!child_is_new(p))
        return -L4_EBUSY;
    if (strncmp(p->path, "rom/", 4))
        return file_read(p, session);
    long error = child_begin(p, session->server, 0);
    *ret_id = p->id;
    return error;
}

/* --- the list ------------------------------------------------------------- */

struct child *child_after(l4_umword_t after)
{
    struct child *p = processes;
    while (p && p->id <= after)
        p = p->next;
    return p;
}

struct child *child_limited(l4_cap_idx_t cpu_limit)
{
    struct child *p = processes;
    while (p && (p->state != PROCESS_RUNNING || p->cpu_limit != cpu_limit))
        p = p->next;
    return p;
}

const char *child_check(void)
{
    l4_umword_t last = 0;
    for (const struct child *p = processes; p; p = p->next) {
        if (p->id <= last || p->state == PROCESS_NEW)
            return "I1: the list is not of started processes in order";
        if (!p->handles && p->state != PROCESS_RUNNING)
            return "I2: an ended process nobody holds";
        if (p->is_held && (p->state != PROCESS_RUNNING || !p->handles))
            return "I5: a process is held that has ended, or that nobody holds";
        if ((p->state == PROCESS_RUNNING) != !!p->account)
            return "I3: an account is held by one that ended";
        if (p->state != PROCESS_RUNNING && p->waiter_count)
            return "I4: somebody waits for one that ended";
        last = p->id;
    }
    return NULL;
}
