/*
 * MODIFY_SENDER: changes the labels of messages that already wait for a
 * thread, or for the group it is in (ABI.md section 1, Thread). A server
 * about to forget an object makes late messages through its gate name
 * another.
 *
 * A queue can be long, and a rule must not meet a label twice. So the walk is
 * a continuation that leaves its number with every sender it has seen. It
 * goes on at the last of them while the queue is as it was, else it begins
 * anew and passes by those it knows:
 *
 *      stopped:  7 -- 7 -- 7* -- . -- .        last = *
 *      changed:  7 -- . -- 7 -- 7 -- .         from the start, only the dots
 *
 * One walk at a time goes over a thread's or a group's queue: the second
 * caller is told -L4_EBUSY.
 */
#include "modify_sender.h"
#include "invoke.h"
#include "ipc.h"
#include "irq.h"
#include "thread_group.h"
#include "work.h"

enum { RULE_WORDS = 4 };

struct rule {
    word_t mask, match, remove, add;
};

static uint32_t modify_last_number;

/* The first of the rules that fits; they stand from MR1 on. */
static word_t modify_label(const word_t *mr, unsigned words, word_t label)
{
    for (unsigned at = 1; at + RULE_WORDS <= words; at += RULE_WORDS) {
        struct rule r = {mr[at], mr[at + 1], mr[at + 2], mr[at + 3]};
        work_done(1);
        if ((label & r.mask) == r.match)
            return (label & ~r.remove) | r.add;
    }
    return label;
}

static void modify_one(struct thread *by, struct heap_node *n)
{
    struct sender *s = container_of(n, struct sender, link);
    word_t *label = s->is_irq ? irq_label(s) : &sender_thread(s)->ipc.label;
    if (s->modified == by->continuation.modify.number)
        return;
    s->modified = by->continuation.modify.number;
    *label = modify_label(by->utcb->mr, by->continuation.modify.words, *label);
}

/* As much of the queue as goes; true: all of it. */
static bool modify_queue(struct thread *by, struct heap *queue)
{
    struct continuation *c = &by->continuation;
    struct heap_node *n =
        c->modify.changes == queue->next_order ? c->modify.last : NULL;
    c->modify.changes = queue->next_order;
    while ((n = heap_next(queue, n))) {
        c->modify.last = n;
        work_done(1);
        modify_one(by, n);
        if (work_should_stop())
            return false;
    }
    c->modify.last = NULL;
    return true;
}

static void modify_give_up(struct thread *by)
{
    struct thread *t = by->continuation.modify.of;
    struct thread_group *group = by->continuation.modify.group;
    t->modifying = false;
    object_unpin(&t->object);
    if (!group)
        return;
    group->modifying = false;
    object_unpin(&group->object);
}

static bool modify_on(struct thread *by)
{
    struct continuation *c = &by->continuation;
    if (!c->modify.in_group && !modify_queue(by, &c->modify.of->senders))
        return false;
    c->modify.in_group = true;
    if (c->modify.group && !modify_queue(by, &c->modify.group->queue))
        return false;
    ipc_answer(by, 0, 0, 0);
    modify_give_up(by);
    return true;
}

static void modify_begin(struct thread *t, struct thread *by, unsigned words)
{
    object_pin(&t->object);
    t->modifying = true;
    if (t->group) {
        object_pin(&t->group->object);
        t->group->modifying = true;
    }
    by->continuation = (struct continuation){
        .go_on = modify_on,
        .give_up = modify_give_up,
        .modify = {.of = t,
                   .group = t->group,
                   .number = ++modify_last_number,
                   .words = words},
    };
    thread_go_on(by);
}

void modify_sender(struct thread *t, struct thread *by,
                   const struct invocation *inv)
{
    unsigned words = inv_words(inv);
    bool busy = t->modifying || (t->group && t->group->modifying);
    if (words < 1 + RULE_WORDS)
        ipc_answer(by, 0, 0, 0);
    else if (t->cpu != by->cpu)
        ipc_answer(by, -L4_EINVAL, 0, 0);
    else if (busy)
        ipc_answer(by, -L4_EBUSY, 0, 0);
    else
        modify_begin(t, by, words);
}
