/*
 * Sessions that the description opened: `channel:create(...)`.
 *
 *      channel --create(words)--> server        slot: ned's; slots of programs
 *                                   |           that were given it are mapped
 *      server ends, runs again: ----+           from there
 *        1. ned takes the old session back, which empties all these slots
 *           (l4_vitrine_revoke())
 *        2. a thread asks the channel for the same session, into ned's slot
 *        3. ned's main thread maps it to the programs that had it, and
 *           registers it under the names it had
 *
 * The server may take its time to bind the channel, or need one that starts
 * again itself: only the thread waits for it. Clients' calls fail meanwhile,
 * as they do to a channel that nobody serves, and whoever is ready for the one
 * is ready for the other (servers/lib/again).
 *
 * I1  sessions are in the order in which they were made, so one that was made
 *     through another comes behind it.
 * I2  a program's slot is filled again only if it is empty: the loader's slots
 *     are never given to anything else (cap_alloc.c).
 * I3  of a session, only `wanted` and `is_made` change after it was added, and
 *     only under the lock; there is one thread at most, while `is_busy`.
 *
 * Not here: what a client handed on to others is theirs no more, as ned does
 * not know of it. Why not another way: docs/design/10-*.md.
 */
#include "sessions.h"
#include "again.h"
#include "app.h"
#include <l4/re/c/namespace.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/task.h>
#include <l4/vitrine/revoke.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session_name {
    struct session_name *next;
    l4_cap_idx_t space;
    unsigned flags;
    char name[];
};

struct session {
    struct session *next;
    l4_cap_idx_t factory, slot;
    l4_cap_idx_t root; /* the channel it was made through, in the end */
    bool wanted;       /* its server runs anew */
    bool is_made;      /* again, and not handed out yet */
    struct session_name *names;
    char where[64];
    unsigned words;
    l4_umword_t message[];
};

static struct session *first, **last = &first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_busy;
static struct l4re_irq made;

static struct session *session_find(l4_cap_idx_t slot)
{
    struct session *s = first;
    while (s && s->slot != slot)
        s = s->next;
    return s;
}

void sessions_add(l4_cap_idx_t factory, l4_cap_idx_t slot,
                  const l4_umword_t *message, unsigned words, const char *where)
{
    const struct session *parent = session_find(factory);
    size_t size = words * sizeof *message;
    struct session *s = calloc(1, sizeof *s + size);
    if (!s)
        return;
    s->factory = factory;
    s->slot = slot;
    s->root = parent ? parent->root : factory;
    s->words = words;
    strncpy(s->where, where, sizeof s->where - 1);
    memcpy(s->message, message, size);
    pthread_mutex_lock(&lock);
    *last = s; /* keeps I1 */
    last = &s->next;
    pthread_mutex_unlock(&lock);
}

void sessions_named(l4_cap_idx_t slot, l4_cap_idx_t space, const char *name,
                    unsigned flags)
{
    struct session *s = session_find(slot);
    struct session_name *n = s ? malloc(sizeof *n + strlen(name) + 1) : NULL;
    if (!n)
        return;
    *n = (struct session_name){s->names, space,
                               flags | L4RE_NS_REGISTER_OVERWRITE};
    strcpy(n->name, name);
    s->names = n;
}

/* --- the thread ------------------------------------------------------------
 */

/* One attempt. An IPC error: nobody serves, or not any more. */
static long session_ask(void *what)
{
    const struct session *s = what;
    l4_timeout_t patience = l4_timeout(
        L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(AGAIN_PATIENCE_MS * 1000ull));
    l4_factory_create_start((long)s->message[0], s->slot);
    memcpy(l4_utcb_mr()->mr, s->message, s->words * sizeof s->message[0]);
    long error = l4_error(
        l4_ipc_call(s->factory, l4_utcb(),
                    l4_msgtag(L4_PROTO_FACTORY, s->words, 0, 0), patience));
    return error == l4_ipc_to_errno(L4_IPC_RETIMEOUT) ? -L4_EBUSY : error;
}

/* The first that is wanted, with the lock; NULL: none, the thread ends. */
static struct session *session_wanted(void)
{
    struct session *s = first;
    while (s && !s->wanted)
        s = s->next;
    if (s)
        s->wanted = false;
    else
        is_busy = false;
    return s;
}

static void *make_all(void *unused)
{
    struct session *s;
    pthread_mutex_lock(&lock);
    while ((s = session_wanted())) {
        pthread_mutex_unlock(&lock);
        long error = again_until_open(session_ask, s);
        if (error < 0)
            printf("ned: %screate: %s: the session is lost\n", s->where,
                   l4sys_errtostr(error));
        pthread_mutex_lock(&lock);
        s->is_made = error >= 0;
        l4_irq_trigger(made.cap);
    }
    pthread_mutex_unlock(&lock);
    return unused;
}

/* --- ned's main thread -----------------------------------------------------
 */

static void hand_out(const struct session *s)
{
    struct app *a;
    for (unsigned i = 0; (a = app_at(i)); i++)
        if (app_has_task(a) && loader_give_again(&a->task, s->slot) < 0)
            printf("ned: %s%s: no memory for its session\n", a->where, a->name);
    for (const struct session_name *n = s->names; n; n = n->next)
        if (l4re_ns_register_obj_srv(n->space, n->name, s->slot, n->flags) < 0)
            printf("ned: %s%s is not registered again\n", s->where, n->name);
}

static void on_made(struct l4re_server *server, struct l4re_irq *irq)
{
    (void)server, (void)irq;
    for (struct session *s = first; s; s = s->next) {
        pthread_mutex_lock(&lock);
        bool is_new = s->is_made;
        s->is_made = false;
        pthread_mutex_unlock(&lock);
        if (is_new)
            hand_out(s);
    }
}

static bool irq_make(void)
{
    return made.cap || l4re_irq_make(app_server(), &made, on_made) >= 0;
}

/* Takes back those of one channel. Are there any? */
static bool take_back(l4_cap_idx_t root)
{
    bool found = false;
    for (struct session *s = first; s; s = s->next) {
        if (s->root != root)
            continue;
        l4_vitrine_revoke(L4_BASE_TASK_CAP,
                          l4_obj_fpage(s->slot, 0, L4_CAP_FPAGE_RWSD));
        l4_task_release_cap(L4_BASE_TASK_CAP, s->slot);
        s->wanted = found = true;
        s->is_made = false;
    }
    return found;
}

static void thread_start(void)
{
    pthread_t thread;
    is_busy = irq_make() && !pthread_create(&thread, NULL, make_all, NULL);
    if (is_busy)
        pthread_detach(thread);
    else
        printf("ned: no memory to make sessions again\n");
}

void sessions_again(const struct loader_cap *caps, unsigned count)
{
    bool any = false;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < count; i++)
        if (caps[i].attributes & LOADER_ATTRIBUTE_SERVER)
            any |= take_back(caps[i].cap);
    if (any && !is_busy)
        thread_start();
    pthread_mutex_unlock(&lock);
}
