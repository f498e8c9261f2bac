/*
 * Explicit reply capabilities: where a server keeps callers to be answered
 * later, in any order, by any of its threads.
 *
 *      thread: reply_to                one caller, the last: implicit
 *      task:   dir -> [page | 0 | ...] 64 x 64 slots: explicit
 *                      |
 *                      +-> [caller | 0 | caller | ...]
 *
 * An open wait names the slot its caller goes to, a reply the slot whose
 * caller it answers (selectors with L4_REPLY_CAP_BIT). A slot holds one
 * caller, once; it is empty again when that caller has its answer, or does
 * not wait any more.
 *
 * I1  slot *s of a table == t  <=>  t->reply_slot == s: t has called, and
 *     waits for an answer of a thread of that task.
 */
#ifndef CORE_REPLY_H
#define CORE_REPLY_H

#include "utcb.h"

struct task;
struct thread;

enum { REPLY_PAGE_SLOTS = 64, REPLY_PAGES = 64 };

struct reply_page {
    struct thread *slot[REPLY_PAGE_SLOTS];
};

struct reply_table {
    struct reply_page **dir; /* NULL until the first is used */
};

/* Does a selector name an explicit slot? */
static inline bool reply_is_explicit(word_t selector)
{
    return (selector & (SEL_INVALID | SEL_REPLY)) == SEL_REPLY;
}

/* The caller in a slot; NULL: none. */
struct thread *reply_caller(const struct task *t, word_t index);
/* `caller` is to be answered through a slot of t. False (nothing changed):
 * no such slot, it is taken, or t's quota has no room for the page. */
bool reply_put(struct task *t, word_t index, struct thread *caller);
/* The slot that holds `caller`, if any, is empty. */
void reply_forget(struct thread *caller);
/* `caller`, in the receive phase of a call to another thread of server's
 * task, is to receive from server. */
void reply_from(struct thread *caller, struct thread *server);
/* `caller` waits for an answer of `server`, in the explicit slot its open
 * wait named or else the implicit one. False: it would in vain. */
bool reply_set_caller(struct thread *server, struct thread *caller);
/* Forgets t as caller and as replier (both ways). */
void reply_forget_all(struct thread *t);
/* t ends: at a preemption point false, call again. */
bool reply_table_destroy(struct task *t);
void reply_check(const struct task *t);

#endif
