/* See orders.h. */
#include "orders.h"

#include <stdlib.h>

enum { DEPTH_MAX = 8 };

static unsigned cpus;

unsigned orders_cpus(void)
{
    return cpus;
}

void orders_exit(void)
{
    for (unsigned i = cpus; i-- > 0;) {
        on_cpu(i);
        kernel_exit();
    }
}

void orders_time(void)
{
    fake.time += 100 * ORDERS_US;
    for (unsigned i = 0; i < cpus; i++) {
        on_cpu(i);
        core_timer();
        kernel_exit();
    }
}

/* Runs one sequence; returns the digit to turn next. */
static unsigned run(const struct orders *o, const unsigned *event,
                    unsigned depth)
{
    unsigned at = 0;
    fake.console_used = 0;
    o->make();
    orders_exit();
    for (; at < depth; at++) {
        on_cpu(0);
        if (!o->step(event[at]))
            break;
        if (cpus > 1)
            orders_exit();
    }
    orders_exit();
    kernel_rewind();
    return at < depth ? at : depth - 1;
}

unsigned orders_run(const struct orders *o, unsigned depth, unsigned on)
{
    unsigned event[DEPTH_MAX] = {0}, sequences = 0;
    const char *more = getenv("VITRINE_ORDERS");
    depth += more ? (unsigned)atoi(more) : 0;
    cr_assert_leq(depth, DEPTH_MAX);
    cpus = on;
    kernel_boot_cpus(cpus);
    for (;;) {
        unsigned turn = run(o, event, depth);
        sequences++;
        for (unsigned i = turn + 1; i < depth; i++)
            event[i] = 0;
        while (++event[turn] == o->events) {
            event[turn] = 0;
            if (turn-- == 0)
                return sequences;
        }
    }
}

/* --- what a step is made of ---------------------------------------------- */

bool orders_is_there(word_t slot)
{
    return cap_lookup(&kernel.task->caps, slot) != NULL;
}

bool orders_can_trap(const struct thread *t, word_t slot)
{
    if (!orders_is_there(slot) || t->state != THREAD_READY)
        return false;
    on_cpu(t->cpu);
    return true;
}

void orders_request(struct thread *t, word_t slot, long proto, unsigned words,
                    word_t item)
{
    if (item) {
        t->utcb->mr[words] = 8;
        t->utcb->mr[words + 1] = item << SEL_SHIFT | FPAGE_OBJ << 4 | 0xf;
    }
    sys(t, slot, CALL, tag_make(proto, words, item != 0, 0), NEVER);
}

bool orders_delete(word_t slot)
{
    if (!orders_is_there(slot))
        return false;
    slot_delete(kernel.task, slot);
    return true;
}
