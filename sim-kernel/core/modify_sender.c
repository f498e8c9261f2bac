/*
 * MODIFY_SENDER: changes the labels of messages that already wait for a
 * thread (ABI.md section 1, Thread). A server about to forget an object makes
 * late messages through its gate name another.
 *
 * Simplified: the walk is not restartable, for a rule is not idempotent; it
 * is as long as the queue.
 */
#include "modify_sender.h"
#include "invoke.h"
#include "irq.h"
#include "thread.h"
#include "work.h"

enum { RULE_WORDS = 4 };

struct rule {
    word_t mask, match, remove, add;
};

/* The first of the rules that fits. */
static word_t modify_label(const struct invocation *inv, word_t label)
{
    for (unsigned at = 1; at + RULE_WORDS <= inv_words(inv); at += RULE_WORDS) {
        struct rule r = {inv->mr[at], inv->mr[at + 1], inv->mr[at + 2],
                         inv->mr[at + 3]};
        work_done(1);
        if ((label & r.mask) == r.match)
            return (label & ~r.remove) | r.add;
    }
    return label;
}

long modify_sender(struct thread *t, struct thread *by,
                   const struct invocation *inv)
{
    struct heap_node *n = NULL;
    if (inv_words(inv) < 1 + RULE_WORDS)
        return 0;
    if (t->cpu != by->cpu)
        return -L4_EINVAL;
    while ((n = heap_next(&t->senders, n))) {
        struct sender *s = container_of(n, struct sender, link);
        word_t *label = s->is_irq ? irq_label(s) : &sender_thread(s)->ipc.label;
        work_done(1);
        *label = modify_label(inv, *label);
    }
    return 0;
}
