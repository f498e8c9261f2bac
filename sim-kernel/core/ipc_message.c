/* Messages: see ipc_message.h. */
#include "ipc_message.h"
#include "abi.h"
#include "ipc.h"
#include "ipc_items.h"
#include "kassert.h"
#include "kstring.h"
#include "sched.h"
#include "task.h"
#include "trace.h"
#include "work.h"

/* Steps of work: the FPU's registers of one thread to another. */
enum { FPU_STEPS = 16 };

/* Words of a message of s, to `mr`. Returns their number. */
static unsigned message_copy(struct thread *s, word_t *mr)
{
    if (s->ipc.kind == IPC_EXCEPTION)
        return port_frame_save(&s->frame, &s->trap, mr);
    if (s->ipc.kind == IPC_FAULT) {
        mr[0] = s->fault_mr[0];
        mr[1] = s->fault_mr[1];
        return 2;
    }
    unsigned words = tag_words(s->ipc.tag);
    memcpy(mr, s->utcb->mr, words * sizeof(word_t));
    return words;
}

static unsigned message_flags(const struct thread *s, bool reply)
{
    return (s->ipc.call ? VTR_F_CALL : 0) | (reply ? VTR_F_REPLY : 0) |
           (tag_items(s->ipc.tag) ? VTR_F_ITEMS : 0) |
           (s->ipc.kind != IPC_USER ? VTR_F_FAULT : 0);
}

/* With an exception's registers go those of the FPU if its handler says so;
 * else the receiver must have asked for them. */
static bool message_brings_fpu(const struct thread *s, const struct thread *r)
{
    if (!(s->ipc.tag & TAG_FPU) || r->ipc.kind == IPC_FAULT)
        return false;
    return r->ipc.kind == IPC_EXCEPTION || (r->utcb->bdr & L4_UTCB_INHERIT_FPU);
}

/* The items of s's message are over. The words of an answer to a fault, which
 * has no UTCB to keep them, are read now. */
static void message_end(struct thread *s, struct thread *r, bool reply,
                        unsigned words, unsigned error)
{
    word_t sink[UTCB_MRS + 1];
    bool utcb = ipc_in_utcb(r->ipc.kind);
    const word_t *mr = utcb ? r->utcb->mr : sink;
    if (!utcb)
        words = message_copy(s, sink);
    if (trace_is_on() && words > TRACE_WORDS_OF_IPC && !reply &&
        s->ipc.kind == IPC_USER)
        trace_words(port_time(), s->object.id, r->object.id, mr, words);
    trace_event_of(s->object.id, VTR_IPC, message_flags(s, reply), r->object.id,
                   s->ipc.via ? s->ipc.via->id : 0, s->ipc.label, s->ipc.tag,
                   words > 0 ? mr[0] : 0, words > 1 ? mr[1] : 0);
    if (r->ipc.kind == IPC_EXCEPTION && tag_label(s->ipc.tag) >= 0 && !error)
        port_frame_load(&r->frame, mr, words);
    if (!error && message_brings_fpu(s, r)) {
        work_done(FPU_STEPS);
        port_frame_copy_fpu(&r->frame, &s->frame);
    }
    ipc_delivered(s, r, words, error);
}

/* As many of the items as go. */
static unsigned message_items(struct item_cursor *at, struct thread *s,
                              struct thread *r)
{
    word_t sink[UTCB_MRS + 1]; /* results that nobody reads */
    bool utcb = ipc_in_utcb(r->ipc.kind);
    return item_go_on(at, s, r, utcb ? r->utcb->mr : sink);
}

/* --- stopped half way -------------------------------------------------- */

static void message_hold(struct thread *t, struct thread *partner)
{
    t->ipc.phase = PHASE_MESSAGE;
    t->ipc.partner = partner;
    t->ipc.since = port_time();
    t->ipc.pinned = t->ipc.via != NULL; /* keeps thread.h I6 */
    if (t->ipc.pinned)
        object_pin(t->ipc.via);
}

static void message_pin(const struct item_cursor *at)
{
    if (at->inside)
        object_pin(&at->task->object); /* keeps continuation.h I2 */
}

static void message_unpin(const struct item_cursor *at)
{
    if (at->inside)
        object_unpin(&at->task->object);
}

/* Who of the two goes on with it. */
static struct thread *message_owner(struct thread *s, struct thread *r)
{
    bool receiver =
        r->prio > s->prio || (r->prio == s->prio && r == sched_current());
    return receiver ? r : s;
}

static bool message_go_on(struct thread *t)
{
    bool sends = t->continuation.message.sends;
    bool reply = t->continuation.message.reply;
    struct item_cursor *at = &t->continuation.message.at;
    struct thread *s = sends ? t : t->ipc.partner;
    struct thread *r = sends ? t->ipc.partner : t;
    message_unpin(at);
    unsigned error = message_items(at, s, r);
    if (error == ITEM_AGAIN) {
        message_pin(at);
        return false;
    }
    struct object *via = s->ipc.via;
    unsigned words = at->words;
    if (via)
        object_pin(via); /* s may go on to wait through it */
    t->continuation.go_on = NULL;
    ipc_leave(s);
    ipc_leave(r);
    sched_ready(s);
    message_end(s, r, reply, words, error);
    if (via)
        object_unpin(via);
    return !t->continuation.go_on; /* one may have come for what follows */
}

static void message_stop(struct thread *s, struct thread *r, bool reply,
                         const struct item_cursor *at)
{
    struct thread *owner = message_owner(s, r);
    r->ipc.via = NULL; /* what it received through does not matter any more */
    message_hold(s, r);
    message_hold(r, s);
    message_pin(at);
    owner->continuation = (struct continuation){
        .go_on = message_go_on,
        .message = {.sends = owner == s, .reply = reply, .at = *at},
    };
    sched_block(owner == s ? r : s, THREAD_BLOCKED);
    sched_ready(owner);
}

void message_begin(struct thread *s, struct thread *r, bool reply)
{
    struct item_cursor at;
    bool utcb = ipc_in_utcb(r->ipc.kind);
    unsigned words =
        utcb ? message_copy(s, r->utcb->mr) : tag_words(s->ipc.tag);
    unsigned items = s->ipc.kind == IPC_USER ? tag_items(s->ipc.tag) : 0;
    unsigned error = 0;
    work_done(4 + words / 4);
    if (items) {
        item_begin(&at, r, words, items);
        error = message_items(&at, s, r);
    }
    if (error == ITEM_AGAIN)
        message_stop(s, r, reply, &at);
    else
        message_end(s, r, reply, words, error);
}

void message_abort(struct thread *t, unsigned code)
{
    struct thread *other = t->ipc.partner;
    struct thread *owner = t->continuation.go_on ? t : other;
    struct continuation *c = &owner->continuation;
    unsigned receives = (owner == t) != c->message.sends;
    message_unpin(&c->message.at);
    c->go_on = NULL;
    ipc_leave(t);
    ipc_leave(other);
    ipc_fail(t, code | receives);
    ipc_fail(other, L4_IPC_SEABORTED | !receives);
}

void message_check(const struct thread *t)
{
    const struct thread *other = t->ipc.partner;
    bool mine = t->continuation.go_on == message_go_on;
    kassert(other->ipc.phase == PHASE_MESSAGE && other->ipc.partner == t);
    kassert(mine != (other->continuation.go_on == message_go_on)); /* I1 */
    kassert(t->state == (mine ? THREAD_READY : THREAD_BLOCKED));
}
