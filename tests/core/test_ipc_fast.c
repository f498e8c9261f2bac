/*
 * The fast path does what the long way does (ipc_fast.c, I1): every case is
 * played twice from a fresh kernel, and what it leaves behind compared:
 * registers, messages, states, links, the time, and every trace record.
 *
 * A case is a number in a mixed base, one digit per choice.
 */
#include "kernel.h"

#include <ipc_fast.h>
#include <l4/vitrine/trace_handover.h>
#include <string.h>
#include <thread_group.h>
#include <trace.h>

enum { GATE = 0x1a0, LABEL = 0x40, THREADS = 3 };
enum { RECORDS_MAX = 512 };

/* What a case is made of. */
struct choice {
    unsigned words, flags, protocol, rights, timeouts, callee, prio, third, to;
};
enum callee {
    CALLEE_WAITS,
    CALLEE_WAITS_A_WHILE,
    CALLEE_WAITS_FOR_US,
    CALLEE_WAITS_FOR_ANOTHER,
    CALLEE_BUSY,
    CALLEE_OWES_AN_ANSWER,
    CALLEE_HAS_A_QUEUE,
    CALLEE_DEAD,
    CALLEE_GATE_UNBOUND,
    CALLEES,
};
enum to { TO_GATE, TO_THREAD, TO_NOTHING, TO_SELF, TO_KINDS };

static const unsigned words[] = {0, 1, 2, 9, 63};
static const unsigned flags[] = {0,      TAG_FPU, TAG_SCHEDULE,
                                 0x4000, 0x8000,  1 << 6 /* an item */};
static const long protocols[] = {0, 5, -1, L4_PROTO_KOBJECT, L4_PROTO_META};
static const unsigned rights[] = {CAP_ALL, CAP_ALL & ~CAP_SERVER, CAP_R | CAP_W,
                                  CAP_R};
static const word_t timeouts[] = {NEVER, AT_ONCE, 100, SEND_AT_ONCE};
static const unsigned prios[] = {5, 10, 15};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CASES                                                                  \
    (COUNT(words) * COUNT(flags) * COUNT(protocols) * COUNT(rights) *          \
     COUNT(timeouts) * CALLEES * COUNT(prios) * COUNT(prios) * TO_KINDS)

static unsigned digit(unsigned long *number, unsigned base)
{
    unsigned d = (unsigned)(*number % base);
    *number /= base;
    return d;
}

static struct choice choose(unsigned long n)
{
    return (struct choice){
        .words = words[digit(&n, COUNT(words))],
        .flags = flags[digit(&n, COUNT(flags))],
        .protocol = digit(&n, COUNT(protocols)),
        .rights = rights[digit(&n, COUNT(rights))],
        .timeouts = digit(&n, COUNT(timeouts)),
        .callee = digit(&n, CALLEES),
        .prio = prios[digit(&n, COUNT(prios))],
        .third = prios[digit(&n, COUNT(prios))],
        .to = digit(&n, TO_KINDS),
    };
}

/* --- one way ------------------------------------------------------------ */

struct after {
    struct {
        enum thread_state state;
        enum ipc_phase phase;
        word_t tag, label, error, mr[UTCB_MRS];
        uint32_t reply_to, replier, partner, via, pins;
        bool waiting, queued, call, open;
    } thread[THREADS];
    uint64_t time, timer;
    uint32_t current;
    int prio;
    bool donated;
    size_t records;
    struct vtr_record record[RECORDS_MAX];
};

static struct thread *thread[THREADS];

static uint32_t id_of(const struct thread *t)
{
    return t ? t->object.id : 0;
}

/* Whoever runs goes on: donation is as it is. */
static void trap(struct thread *t, word_t dest, word_t tag, word_t timeout)
{
    if (t->state != THREAD_READY)
        return;
    trace_self()->thread = t->object.id;
    if (sched_current() != t) {
        sys_raw(t, dest, tag, timeout);
        return;
    }
    t->frame.args =
        (struct ipc_args){.tag = tag, .dest = dest, .timeouts = timeout};
    core_syscall();
    kernel_exit();
}

static void fill(struct thread *t, word_t first)
{
    for (unsigned i = 0; t->utcb && i < UTCB_MRS; i++)
        t->utcb->mr[i] = first + i;
}

/* Brings the callee into the state wanted. */
static void prepare(const struct choice *c)
{
    struct thread *b = thread[1], *other = thread[2];
    switch (c->callee) {
    case CALLEE_WAITS_A_WHILE:
        sys_raw(b, SEL_INVALID | WAIT, 0, 100);
        break;
    case CALLEE_WAITS_FOR_US:
        sys(b, slot_of_thread(thread[0]), RECEIVE, 0, NEVER);
        break;
    case CALLEE_WAITS_FOR_ANOTHER:
        sys(b, slot_of_thread(other), RECEIVE, 0, NEVER);
        break;
    case CALLEE_BUSY:
        break;
    case CALLEE_OWES_AN_ANSWER:
        sys_wait(b);
        sys(other, GATE, CALL, tag_make(1, 2, 0, 0), NEVER);
        sys_wait(b);
        break;
    case CALLEE_HAS_A_QUEUE:
        sys_wait(b);
        break;
    case CALLEE_DEAD:
        thread_kill(b);
        break;
    default:
        sys_wait(b);
    }
}

static word_t destination(const struct choice *c)
{
    switch (c->to) {
    case TO_GATE:
        return (word_t)GATE << SEL_SHIFT;
    case TO_THREAD:
        return slot_of_thread(thread[1]) << SEL_SHIFT;
    case TO_NOTHING:
        return (word_t)0x1f0 << SEL_SHIFT;
    default:
        return SEL_INVALID;
    }
}

static word_t message_tag(const struct choice *c)
{
    return tag_make(protocols[c->protocol], c->words, 0, 0) | c->flags;
}

/* The call, the answer, a second call and its answer. */
static void converse(const struct choice *c)
{
    word_t dest = destination(c) | (c->words & 1 ? (word_t)CALL : 0);
    for (unsigned i = 0; i < 2; i++) {
        fill(thread[0], 1000 * i);
        trap(thread[0], dest, message_tag(c), timeouts[c->timeouts]);
        if (c->callee == CALLEE_HAS_A_QUEUE)
            trap(thread[2], (word_t)GATE << SEL_SHIFT, tag_make(2, 1, 0, 0),
                 NEVER);
        fill(thread[1], 7000 * i);
        if (thread[1]->state == THREAD_READY)
            trap(thread[1], ~0xfffull | SEL_INVALID | REPLY_WAIT,
                 message_tag(c), timeouts[c->timeouts]);
    }
}

/* What a reader of the trace gets to see. */
static void unpack(struct after *a)
{
    for (size_t i = 0; i < fake.drained; i++) {
        const struct vtr_record *r = fake_trace_record(i);
        cr_assert_lt(a->records + VTR_HANDOVER_RECORDS, RECORDS_MAX);
        if (r->event == VTR_HANDOVER) {
            vtr_handover_expand((const void *)r, &a->record[a->records]);
            a->records += VTR_HANDOVER_RECORDS;
        } else {
            a->record[a->records++] = *r;
        }
    }
}

static void look(struct after *a)
{
    for (unsigned i = 0; i < THREADS; i++) {
        const struct thread *t = thread[i];
        a->thread[i].state = t->state;
        a->thread[i].phase = t->ipc.phase;
        a->thread[i].tag = t->frame.result_tag;
        a->thread[i].label = t->frame.result_label;
        if (t->utcb) {
            a->thread[i].error = t->utcb->error;
            memcpy(a->thread[i].mr, t->utcb->mr, sizeof(t->utcb->mr));
        }
        a->thread[i].reply_to = id_of(t->reply_to);
        a->thread[i].replier = id_of(t->replier);
        if (t->ipc.phase != PHASE_NONE) {
            a->thread[i].partner = id_of(t->ipc.partner);
            a->thread[i].via = t->ipc.via ? t->ipc.via->id : 0;
            a->thread[i].call = t->ipc.call;
            a->thread[i].open = t->ipc.open;
        }
        a->thread[i].pins = t->object.pins;
        a->thread[i].waiting = !list_is_empty(&t->waiting);
        a->thread[i].queued = heap_is_in(&t->sender.link);
    }
    a->time = fake.time;
    a->timer = fake.timer;
    a->current = id_of(sched_current());
    a->prio = sched_cpu()->current_prio;
    a->donated = sched_cpu()->donated;
    trace_flush();
    unpack(a);
}

static void play(const struct choice *c, bool fast, struct after *ret_after)
{
    fake = (struct fake_port){.timer = ~0ul, .drains = true};
    trace_on = false;
    kernel_boot();
    ipc_fast_allow(fast);
    thread[0] = thread_running(kernel.task, 10);
    thread[1] = thread_running(kernel.task, c->prio);
    thread[2] = thread_running(kernel.task, c->third);
    bool bound = c->callee != CALLEE_GATE_UNBOUND;
    gate_new(kernel.task, GATE, bound ? thread[1] : NULL, LABEL);
    cap_slot(&kernel.task->caps, GATE)->rights = (uint8_t)c->rights;
    prepare(c);
    trace_on = true;
    converse(c);
    trace_on = false;
    memset(ret_after, 0, sizeof(*ret_after));
    look(ret_after);
    kernel_end();
}

/* --- both --------------------------------------------------------------- */

static void compare(unsigned long n)
{
    static struct after fast, slow;
    struct choice c = choose(n);
    play(&c, false, &slow);
    play(&c, true, &fast);
    cr_assert_eq(fast.records, slow.records, "case %lu: %zu records, not %zu",
                 n, fast.records, slow.records);
    for (size_t i = 0; i < fast.records; i++)
        cr_assert_eq(
            memcmp(&fast.record[i], &slow.record[i], sizeof(fast.record[i])), 0,
            "case %lu: record %zu, event %u, not %u", n, i,
            fast.record[i].event, slow.record[i].event);
    cr_assert_eq(memcmp(&fast, &slow, sizeof(fast)), 0,
                 "case %lu: threads or time differ", n);
}

/* Cases are many; a stride that has no factor in common with their
 * number meets every value of every pair of choices. */
Test(ipc_fast, both_ways_do_the_same)
{
    for (unsigned long n = 0; n < CASES; n += 97)
        compare(n);
}

static unsigned long plain_cases(unsigned long n)
{
    struct choice c = choose(n);
    return c.flags == 0 && c.protocol < 3 && c.timeouts == 0 &&
           c.callee <= CALLEE_WAITS_FOR_US && c.to == TO_GATE;
}

Test(ipc_fast, both_ways_do_the_same_in_each_plain_case)
{
    for (unsigned long n = 0; n < CASES; n++)
        if (plain_cases(n))
            compare(n);
}

/* The test above is not one of the long way with itself. */
Test(ipc_fast, a_plain_call_and_its_answer_are_fast)
{
    kernel_boot();
    struct thread *a = thread_running(kernel.task, 10);
    struct thread *b = thread_running(kernel.task, 10);
    gate_new(kernel.task, GATE, b, LABEL);
    cap_slot(&kernel.task->caps, GATE)->rights = CAP_R;
    sys_wait(b);
    sched_cpu()->current = a;
    a->frame.args = (struct ipc_args){.dest = (word_t)GATE << SEL_SHIFT};
    cr_assert(ipc_fast());
    kernel_exit();
    cr_assert_eq(sched_current(), b);
    b->frame.args = (struct ipc_args){.dest = SEL_INVALID | REPLY_WAIT};
    cr_assert(ipc_fast());
    ipc_fast_allow(false);
    cr_assert_not(ipc_fast());
    kernel_end();
}

/* The same as core_handover(), but for what the port leaves to core_next(). */
static struct thread *handed_over(struct thread *t, word_t dest)
{
    cr_assert_eq(sched_current(), t);
    t->frame.args = (struct ipc_args){.dest = dest};
    struct port_frame *f = core_handover(0, dest, 0);
    return f ? container_of(f, struct thread, frame) : NULL;
}

/* sched.h I5. */
Test(ipc_fast, who_got_the_cpu_by_a_message_is_before_who_comes_after)
{
    kernel_boot();
    struct thread *a = thread_running(kernel.task, 10);
    struct thread *b = thread_running(kernel.task, 10);
    gate_new(kernel.task, GATE, b, LABEL);
    cap_slot(&kernel.task->caps, GATE)->rights = CAP_R;
    sys_wait(b);
    make_current(a);
    cr_assert_eq(handed_over(a, (word_t)GATE << SEL_SHIFT | CALL), b);
    cr_assert(!sched_is_queued(a) && !sched_is_queued(b));
    cr_assert_eq(port_fake_active[0], &kernel.task->mem.port);
    cr_assert_eq(handed_over(b, SEL_INVALID | REPLY_WAIT), a);
    cr_assert(!sched_is_queued(a) && a->state == THREAD_READY);
    struct thread *c = thread_running(kernel.task, 10);
    cr_assert_eq(sched_cpu()->queue[10].next, &a->ready);
    cr_assert_eq(sched_cpu()->queue[10].prev, &c->ready);
    cr_assert_eq(kernel_exit(), a);
    cr_assert_null(handed_over(a, SEL_INVALID | CALL));
    ipc_fast_allow(false);
    cr_assert_null(handed_over(a, (word_t)GATE << SEL_SHIFT | CALL));
    kernel_end();
}

/* Somebody may wait for the group: ipc.c looks. */
Test(ipc_fast, an_answer_of_a_member_of_a_group_is_not_fast)
{
    kernel_boot();
    struct thread *a = thread_running(kernel.task, 10);
    struct thread *b = thread_running(kernel.task, 10);
    struct thread_group group;
    gate_new(kernel.task, GATE, b, LABEL);
    cap_slot(&kernel.task->caps, GATE)->rights = CAP_R;
    sys_wait(b);
    make_current(a);
    cr_assert_eq(handed_over(a, (word_t)GATE << SEL_SHIFT | CALL), b);
    b->group = &group;
    cr_assert_null(handed_over(b, SEL_INVALID | REPLY_WAIT));
    b->group = NULL;
    cr_assert_eq(handed_over(b, SEL_INVALID | REPLY_WAIT), a);
    kernel_end();
}
