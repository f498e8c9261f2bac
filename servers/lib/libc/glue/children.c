/*
 * Children: what posix_spawn() started and nobody has waited for.
 *
 *   children[] -> number, capability (process.iface)
 *
 * Waiting for one child is a request that the server answers when it ends;
 * a signal may interrupt it. Waiting for any looks at all again and again.
 * Simplified: no SIGCHLD, no process groups, and how much time they took is
 * not told.
 *
 *  I1  An entry with id 0 is free; the others have a capability each.
 */
#include "children.h"
#include "lock.h"
#include "proc-client.h"
#include "process-client.h"
#include "server_files.h"
#include "threads.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/vitrine/process.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define CHILDREN 64
#define NAP_US   1000

struct child {
    long id;
    l4_cap_idx_t process;
};

static struct lock children_lock;
static struct child children[CHILDREN];

/* Keeps musl's own posix_spawn(), which wants a clone(), out of the program:
 * who has this file has ours. */
__attribute__((used)) static const void *const ours = (const void *)posix_spawn;

long child_add(long id, l4_cap_idx_t process)
{
    long result = -EAGAIN;

    lock_take(&children_lock);
    for (int i = 0; i < CHILDREN && result; i++)
        if (!children[i].id) {
            children[i] = (struct child){id, process}; /* keeps I1 */
            result = 0;
        }
    lock_drop(&children_lock);
    return result;
}

/* The i-th child from `*at` on that is meant by `wanted` (-1: any); id 0:
 * there are no more. */
static struct child next_child(long wanted, int *at)
{
    struct child found = {0};

    lock_take(&children_lock);
    while (*at < CHILDREN && !found.id) {
        const struct child *c = &children[(*at)++];
        if (c->id && (wanted == -1 || wanted == c->id))
            found = *c;
    }
    lock_drop(&children_lock);
    return found;
}

/* It has been waited for; 0: somebody else was faster. */
static int forget(long id)
{
    struct child old = {0};

    lock_take(&children_lock);
    for (int i = 0; i < CHILDREN; i++)
        if (children[i].id == id) {
            old = children[i];
            children[i].id = 0;
            break;
        }
    lock_drop(&children_lock);
    if (old.id)
        l4re_util_cap_free_um(old.process);
    return old.id != 0;
}

/* As waitpid() tells it. */
static int status_of(l4_umword_t state, long code)
{
    return state == PROCESS_EXITED ? (code & 0xff) << 8 : code & 0x7f;
}

/* 1: it has ended, with this status; 0: not yet. */
static long has_ended(const struct child *c, int *ret_status)
{
    l4_umword_t id, state, time, memory, limit, caps;
    char name[PROCESS_INFO_NAME_MAX + 1];
    long code, error = process_info(c->process, &id, &state, &code, &time,
                                    &memory, &limit, &caps, name);

    if (error < 0)
        return server_result(error);
    if (state < PROCESS_EXITED)
        return 0;
    *ret_status = status_of(state, code);
    return 1;
}

static long wait_for_end(const struct child *c, int *ret_status)
{
    struct thread *self = thread_self();
    l4_umword_t state = 0;
    long code = 0, error = 0;

    self->sleeping = 1;
    if (!self->interrupted)
        error = process_wait(c->process, &state, &code);
    self->sleeping = 0;
    if (thread_was_interrupted())
        return -EINTR;
    *ret_status = status_of(state, code);
    return error < 0 ? server_result(error) : 1;
}

/* The first of those meant that has ended; 0: none has, -ECHILD: none is. */
static long look_round(long wanted, int *ret_status)
{
    int at = 0, seen = 0;

    for (;;) {
        struct child c = next_child(wanted, &at);
        if (!c.id)
            return seen ? 0 : -ECHILD;
        seen++;
        long ended = has_ended(&c, ret_status);
        if (ended)
            return ended < 0 ? ended : c.id;
    }
}

static long wait_any(int *ret_status)
{
    for (;;) {
        long id = look_round(-1, ret_status);
        if (id)
            return id;
        thread_sleep(NAP_US);
        if (thread_was_interrupted())
            return -EINTR;
    }
}

static long wait_one(long wanted, int *ret_status)
{
    int at = 0;
    struct child c = next_child(wanted, &at);
    long ended;

    if (!c.id)
        return -ECHILD;
    ended = wait_for_end(&c, ret_status);
    return ended < 0 ? ended : c.id;
}

/* process, status out, options, usage out: 0 and groups mean any child. */
long call_wait4(const long *a)
{
    const long wanted = a[0] > 0 ? a[0] : -1;
    int status = 0;
    long id;

    if (a[2] & ~(WNOHANG | WUNTRACED | WCONTINUED))
        return -EINVAL;
    id = a[2] & WNOHANG ? look_round(wanted, &status)
         : wanted == -1 ? wait_any(&status)
                        : wait_one(wanted, &status);
    if (id <= 0)
        return id;
    if (!forget(id))
        return -ECHILD;
    if (a[1])
        *(int *)a[1] = status;
    if (a[3])
        memset((void *)a[3], 0, sizeof(struct rusage));
    return id;
}

/* A process that is no child, by its number: at a new index. */
static long open_process(long id, l4_cap_idx_t *ret_cap)
{
    l4_cap_idx_t proc = l4re_env() ? l4re_env_get_cap("proc") : L4_INVALID_CAP;
    l4_cap_idx_t cap;
    long error;

    if (l4_is_invalid_cap(proc))
        return -ESRCH;
    cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(cap))
        return -ENOMEM;
    error = proc_open(proc, id, cap);
    if (error < 0) {
        l4re_util_cap_free_um(cap);
        return error == -L4_ENOENT ? -ESRCH : server_result(error);
    }
    *ret_cap = cap;
    return 0;
}

/* Every signal to another program ends it: it has no handlers for ours. */
static long kill_by(l4_cap_idx_t process, long sig)
{
    return sig ? server_result(process_kill(process, sig)) : 0;
}

long child_kill(long id, long sig)
{
    int at = 0;
    struct child c = next_child(id, &at);
    long error = 0;

    if (sig < 0 || sig > SIGRTMAX)
        return -EINVAL;
    if (c.id)
        return kill_by(c.process, sig);
    error = open_process(id, &c.process);
    if (error)
        return error;
    error = kill_by(c.process, sig);
    l4re_util_cap_free_um(c.process);
    return error;
}
