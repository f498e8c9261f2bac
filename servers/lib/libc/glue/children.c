/*
 * Children: what posix_spawn() started and nobody has waited for.
 *
 *   children[] -> number, capability (process.iface)
 *
 * Waiting for one child is a request that the server answers when it ends;
 * a signal may interrupt it. Whoever waits for any, or has a handler for
 * SIGCHLD, is told by an interrupt that all children's ends trigger (ready.c).
 * Simplified: no process groups, and how much time they took is not told.
 *
 *  I1  An entry with id 0 is free; the others have a capability each.
 *  I2  Once `irq` is there, all children trigger it when they end.
 */
#include "children.h"
#include "lock.h"
#include "proc-client.h"
#include "process-client.h"
#include "ready.h"
#include "server_files.h"
#include "signals.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/vitrine/process.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define CHILDREN 64

struct child {
    long id;
    l4_cap_idx_t process;
    int is_watched; /* triggers `irq` */
    int was_told;   /* its end, by SIGCHLD */
};

static struct lock children_lock;
static struct child children[CHILDREN];
static struct sleep_lock irq_lock;
static l4_cap_idx_t irq; /* 0: nobody wants to know */

/* Keeps musl's own posix_spawn(), which wants a clone(), out of the program:
 * who has this file has ours. */
__attribute__((used)) static const void *const ours = (const void *)posix_spawn;

static long keep(long id, l4_cap_idx_t process)
{
    long result = -EAGAIN;

    lock_take(&children_lock);
    for (int i = 0; i < CHILDREN && result; i++)
        if (!children[i].id) {
            children[i] = (struct child){.id = id, .process = process};
            result = 0; /* keeps I1 */
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

/* --- being told --------------------------------------------------------- */

/* Keeps I2; 0 or -ENOMEM. */
static long watch_all(void)
{
    long result = 0;

    sleep_lock_take(&irq_lock);
    if (!irq || l4_is_invalid_cap(irq))
        irq = ready_new_irq(READY_CHILDREN);
    if (l4_is_invalid_cap(irq))
        result = -ENOMEM;
    for (int i = 0; i < CHILDREN && !result; i++) {
        struct child *c = &children[i];
        if (!c->id || c->is_watched)
            continue;
        c->is_watched = 1;
        process_notify(c->process, irq);
    }
    sleep_lock_drop(&irq_lock);
    return result;
}

static int has_handler(void)
{
    void (*handler)(int) = signal_action(SIGCHLD).handler;

    return handler != SIG_DFL && handler != SIG_IGN;
}

void children_watch(void)
{
    int any = 0;

    for (int i = 0; i < CHILDREN; i++)
        any = any || children[i].id;
    if (any && has_handler())
        watch_all();
}

long child_add(long id, l4_cap_idx_t process)
{
    long error = keep(id, process);

    if (!error && (irq || has_handler()))
        watch_all();
    return error;
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
    if (watch_all())
        return -ENOMEM;
    for (;;) {
        int seen = ready_seen();
        long id = look_round(-1, ret_status);
        if (id)
            return id;
        if (ready_wait(seen, READY_FOR_EVER) == -EINTR)
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

/* The first of those meant that ends; options: WNOHANG or 0 (then 0: none). */
static long wait_for(long wanted, int options, int *ret_status)
{
    if (options & WNOHANG)
        return look_round(wanted, ret_status);
    return wanted == -1 ? wait_any(ret_status) : wait_one(wanted, ret_status);
}

/* process, status out, options, usage out: 0 and groups mean any child. */
long call_wait4(const long *a)
{
    int status = 0;
    long id;

    if (a[2] & ~(WNOHANG | WUNTRACED | WCONTINUED))
        return -EINVAL;
    id = wait_for(a[0] > 0 ? a[0] : -1, a[2], &status);
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

static siginfo_t describe(long id, int status)
{
    siginfo_t info = {.si_signo = SIGCHLD};

    info.si_pid = id;
    info.si_code = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED;
    info.si_status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return info;
}

/* kind, number, information out, options, usage out */
long call_waitid(const long *a)
{
    const int options = a[3];
    siginfo_t info = {0};
    int status = 0;
    long id;

    if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED)) ||
        !(options & (WEXITED | WSTOPPED | WCONTINUED)) ||
        (a[0] != P_ALL && a[0] != P_PID))
        return -EINVAL;
    if (!(options & WEXITED))
        return -ECHILD; /* nothing stops a program */
    id = wait_for(a[0] == P_PID ? a[1] : -1, options, &status);
    if (id < 0)
        return id;
    if (id && !(options & WNOWAIT) && !forget(id))
        return -ECHILD;
    if (id)
        info = describe(id, status);
    if (a[2])
        *(siginfo_t *)a[2] = info;
    if (a[4])
        memset((void *)a[4], 0, sizeof(struct rusage));
    return 0;
}

/* Called by the thread that the interrupt wakes: SIGCHLD for each new end. */
void children_ended(void)
{
    int at = 0, status = 0;

    for (struct child c; (c = next_child(-1, &at)).id;) {
        if (c.was_told || has_ended(&c, &status) != 1)
            continue;
        children[at - 1].was_told = 1;
        const siginfo_t info = describe(c.id, status);
        signal_send(0, &info);
    }
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
