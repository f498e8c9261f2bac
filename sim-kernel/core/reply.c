/*
 * Reply capabilities, explicit and implicit: see reply.h.
 */
#include "reply.h"
#include "kassert.h"
#include "kmem.h"
#include "task.h"
#include "thread.h"
#include "work.h"

enum { DIR_BYTES = REPLY_PAGES * sizeof(struct reply_page *) };

static struct thread **reply_slot(const struct task *t, word_t index)
{
    word_t page = index / REPLY_PAGE_SLOTS;
    if (page >= REPLY_PAGES || !t->replies.dir || !t->replies.dir[page])
        return NULL;
    return &t->replies.dir[page]->slot[index % REPLY_PAGE_SLOTS];
}

/* Memory for a slot; what was made stays until the task ends. */
static bool reply_make(struct task *t, word_t index)
{
    struct quota *q = t->object.quota;
    word_t page = index / REPLY_PAGE_SLOTS;
    if (page >= REPLY_PAGES || t->object.dying)
        return false;
    if (!t->replies.dir)
        t->replies.dir = kmem_alloc(q, DIR_BYTES);
    if (t->replies.dir && !t->replies.dir[page])
        t->replies.dir[page] = kmem_alloc(q, sizeof(struct reply_page));
    return t->replies.dir && t->replies.dir[page];
}

struct thread *reply_caller(const struct task *t, word_t index)
{
    struct thread **slot = reply_slot(t, index);
    return slot ? *slot : NULL;
}

bool reply_put(struct task *t, word_t index, struct thread *caller)
{
    if (reply_caller(t, index) || !reply_make(t, index))
        return false;
    reply_forget(caller);
    caller->reply_slot = reply_slot(t, index);
    *caller->reply_slot = caller; /* keeps I1 */
    return true;
}

void reply_forget(struct thread *caller)
{
    if (caller->reply_slot)
        *caller->reply_slot = NULL;
    caller->reply_slot = NULL;
}

void reply_from(struct thread *caller, struct thread *server)
{
    if (caller->ipc.partner == server)
        return;
    list_remove(&caller->waiting);
    list_add_last(&server->waiters, &caller->waiting); /* keeps thread.h I5 */
    caller->ipc.partner = server;
}

bool reply_table_destroy(struct task *t)
{
    struct quota *q = t->object.quota;
    work_done(DIR_BYTES / WORK_COPY);
    for (unsigned i = 0; t->replies.dir && i < REPLY_PAGES; i++) {
        struct reply_page *p = t->replies.dir[i];
        if (!p)
            continue; /* gone in an earlier piece: nothing is walked twice */
        for (unsigned s = 0; s < REPLY_PAGE_SLOTS; s++)
            if (p->slot[s])
                reply_forget(p->slot[s]);
        kmem_free(q, p, sizeof(*p));
        t->replies.dir[i] = NULL;
        work_done(REPLY_PAGE_SLOTS / 4);
        if (work_should_stop())
            return false;
    }
    if (t->replies.dir)
        kmem_free(q, t->replies.dir, DIR_BYTES);
    t->replies.dir = NULL;
    return true;
}

void reply_check(const struct task *t)
{
    word_t end = t->replies.dir ? REPLY_PAGES * REPLY_PAGE_SLOTS : 0;
    for (word_t i = 0; i < end; i++) {
        struct thread **slot = reply_slot(t, i);
        if (slot && *slot) {
            kassert((*slot)->reply_slot == slot); /* I1 */
            kassert((*slot)->ipc.phase == PHASE_RECEIVE);
        }
    }
}

/* --- the implicit slot of a thread ---------------------------------------- */

void reply_forget_all(struct thread *t)
{
    if (t->reply_to)
        t->reply_to->replier = NULL;
    if (t->replier)
        t->replier->reply_to = NULL;
    t->reply_to = t->replier = NULL;
    reply_forget(t);
}

bool reply_set_caller(struct thread *server, struct thread *caller)
{
    if (server->ipc.keep_at)
        return reply_put(server->task, server->ipc.keep_at - 1u, caller);
    if (server->reply_to) {
        static const char text[] =
            "\nkernel: application bug: reply capability overwritten\n";
        port_console_write(text, sizeof text - 1);
        server->reply_to->replier = NULL;
    }
    if (caller->replier)
        caller->replier->reply_to = NULL;
    server->reply_to = caller;
    caller->replier = server;
    return true;
}
