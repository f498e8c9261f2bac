/*
 * The fast path of IPC: the call and the reply that nearly all messages are.
 *
 *      call             through a gate, to a thread that waits for anybody
 *      reply and wait   to our caller, which waits for nothing but that
 *
 * Both are one rendezvous followed by a receive phase that blocks, and hand
 * the CPU to the partner on the time slice in force. What is special is only
 * what is left out: no items, no flags, no errors, no timeouts, no other
 * sender to be looked for, no ready queue, so every question of ipc.c and
 * sched.c has a known answer. All of them are asked before anything changes;
 * one wrong answer and invoke.c does the call.
 *
 * The questions are arranged to be few. A thread that waits in one of the two
 * ways says so in one word (ipc_state.mode); the CPU has one for all that may
 * be in the way (cpu.busy); no object can be dying while none is on object.c's
 * queue.
 *
 * I1  a call done here leaves every object, queue and register, the virtual
 *     time and the trace as invoke_syscall() and core_next() would have, but
 *     for ready queues (sched.h I5) and what a thread in a receive phase does
 *     not need: outgoing tag, label and rights (tests/core, test_ipc_fast.c:
 *     every case both ways; `--no-fast-path` for a system).
 *
 * Source: Liedtke, "Improving IPC by kernel design" (SOSP 1993), 5.3.
 */
#include "ipc_fast.h"
#include "abi.h"
#include "gate.h"
#include "ipc.h"
#include "sched.h"
#include "task.h"
#include "trace_handover.h"
#include "trace.h"
#include "work.h"

enum {
    FLAGS_CALL = SYS_SEND | SYS_RECV,
    FLAGS_REPLY_AND_WAIT = SYS_SEND | SYS_RECV | SYS_OPEN_WAIT | SYS_REPLY,
    SEL_FLAGS = (1 << SEL_SHIFT) - 1,
    TAG_WORDS = 0x3f,
    TAG_LOW = 0xffff,
};
_Static_assert(TRAP_STEPS + 4 + UTCB_MRS / 4 <= WORK_FAST, "work.h I1");

/* One function without a call in it needs no place to save registers. */
#define FAST      static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect(!!(x), 1)

/* A call or an answer on its way. */
struct fast {
    struct cpu *cpu;
    word_t number; /* of it */
    struct thread *from, *to;
    word_t tag, dest, label;
    struct object *via; /* the gate; NULL: an answer */
    int prio;           /* at which `to` will run */
};

void ipc_fast_allow(bool on)
{
    for (unsigned i = 0; i < SCHED_MAX_CPUS; i++)
        sched_cpus[i].long_way = !on;
}

/* --- the questions ----------------------------------------------------- */

/* A receive phase without a timeout and without an explicit slot: of a call,
 * or open. */
FAST uint64_t fast_mode(bool open)
{
    struct ipc_state s = {.phase = PHASE_RECEIVE,
                          .kind = IPC_USER,
                          .call = !open,
                          .open = open,
                          .pinned = !open};
    return s.mode;
}

/* Neither a vCPU, nor is anything due before it runs on. */
FAST bool fast_is_plain(const struct thread *t)
{
    return !t->watch;
}

/* With the server right the gate itself may be meant. */
FAST bool fast_is_meant(const struct cap_slot *slot, word_t tag)
{
    return LIKELY(!(slot->rights & CAP_SERVER)) ||
           (tag_label(tag) != L4_PROTO_KOBJECT &&
            tag_label(tag) != L4_PROTO_META);
}

/* Who would answer a call through the capability f->dest? */
FAST bool fast_find_callee(struct fast *f)
{
    struct cap_slot *slot =
        cap_slot(&f->from->task->caps, f->dest >> SEL_SHIFT);
    if (!slot || !slot->object || slot->object->ops != &gate_ops ||
        !fast_is_meant(slot, f->tag))
        return false;
    struct gate *g = gate_of(slot->object);
    struct thread *r = gate_bound(g);
    f->to = r;
    f->via = &g->object;
    f->label = g->label | (slot->rights & 3);
    return r && r->ipc.mode == fast_mode(true) && !r->reply_to;
}

/* Who waits for an answer, while nobody waits for what we do next? */
FAST bool fast_find_caller(struct fast *f)
{
    struct thread *t = f->from, *r = t->reply_to;
    f->to = r;
    return r && r->ipc.mode == fast_mode(false) && r->ipc.partner == t &&
           object_is_live(r->ipc.via) && !t->group &&
           heap_is_empty(&t->senders) && f->cpu->donated;
}

/* Would the scheduler let f->to run at once, on this slice? */
FAST bool fast_may_run(struct fast *f)
{
    const struct cpu *c = f->cpu;
    f->prio = sched_direct_prio(c, f->to);
    return f->to->cpu == f->number && c->slice_owner &&
           !sched_is_above(c, f->prio) && fast_is_plain(f->to);
}

/* --- the rendezvous ----------------------------------------------------- */

__attribute__((noinline)) static void fast_trace(const struct fast *f,
                                                 uint64_t entered)
{
    const struct thread *t = f->from, *r = f->to;
    unsigned words = tag_words(f->tag);
    if (words > TRACE_WORDS_OF_IPC && f->via)
        trace_words(entered, t->object.id, r->object.id, r->utcb->mr, words);
    handover_begin(&(struct handover){
        .entered = entered,
        .from = t->object.id,
        .to = r->object.id,
        .via = f->via ? f->via->id : 0,
        .flags = f->via ? VTR_F_CALL : VTR_F_REPLY,
        .ip = port_frame_ip(&t->frame),
        .dest = f->dest,
        .tag = f->tag,
        .label = f->label,
        .mr0 = words > 0 ? r->utcb->mr[0] : 0,
        .mr1 = words > 1 ? r->utcb->mr[1] : 0,
    });
    sched_tell_trace(f->cpu);
    handover_switch(r->object.id, t->object.id, r->prio, true);
}

/* Who owes whom an answer, and who waits for whom (thread.h I3, I5, I6). */
FAST void fast_called(struct thread *t, struct thread *r, struct object *via)
{
    if (t->replier)
        t->replier->reply_to = NULL;
    r->reply_to = t;
    t->replier = r;
    t->ipc.partner = r;
    list_add_last(&r->waiters, &t->waiting);
    object_pin(via);
}

FAST void fast_replied(struct thread *t, struct thread *r)
{
    list_remove(&r->waiting);
    object_unpin_live(r->ipc.via);
    t->reply_to = r->replier = NULL;
    t->ipc.partner = NULL;
}

/* The message, and both threads' next phases. */
FAST void fast_transfer(const struct fast *f, bool call)
{
    struct thread *t = f->from, *r = f->to;
    word_t words = f->tag & TAG_WORDS;
    for (word_t i = 0; i < words; i++)
        r->utcb->mr[i] = t->utcb->mr[i];
    if (call)
        fast_called(t, r, f->via);
    else
        fast_replied(t, r);
    r->ipc.mode = PHASE_NONE;
    r->utcb->error = 0;
    port_frame_set_result(&r->frame, f->tag, f->label);
    t->ipc.mode = fast_mode(!call);
    t->ipc.via = f->via;
}

/* Steps of a message, trap included. */
FAST unsigned fast_steps(word_t tag)
{
    return TRAP_STEPS + 4 + tag_words(tag) / 4;
}

/* Both kinds; `call` and `lean` are constants in each of the uses. */
FAST struct thread *fast_hand_over(struct fast *f, bool call, bool lean)
{
    uint64_t entered = 0;
    if (!(call ? fast_find_callee(f) : fast_find_caller(f)) || !fast_may_run(f))
        return NULL;
    port_work(TRAP_STEPS);
    if (!lean && trace_is_on())
        entered = port_time();
    port_work(fast_steps(f->tag) - TRAP_STEPS);
    fast_transfer(f, call);
    uint64_t now = port_time();
    f->from->ipc.since = now;
    if (!lean)
        sched_leave_queue(f->cpu);
    sched_hand_over(f->cpu, f->from, f->to, f->prio, now);
    if (!lean && trace_is_on())
        fast_trace(f, entered);
    return f->to;
}

/* Neither flags nor items in the tag, no receive timeout. */
FAST bool fast_is_simple(word_t tag, word_t timeouts)
{
    return !(((tag & ~(word_t)TAG_WORDS) | timeouts) & TAG_LOW);
}

FAST struct thread *fast_try(struct fast *f, word_t timeouts, bool lean)
{
    word_t flags = f->dest & SEL_FLAGS;
    if (!LIKELY(object_reap_is_idle() && fast_is_simple(f->tag, timeouts) &&
                fast_is_plain(f->from)))
        return NULL;
    if (flags == FLAGS_CALL)
        return fast_hand_over(f, true, lean);
    if (flags == (FLAGS_REPLY_AND_WAIT | SEL_INVALID))
        return fast_hand_over(f, false, lean);
    return flags ? NULL : fast_hand_over(f, true, lean);
}

/* --- three ways in -------------------------------------------------------- */

/* With what is not needed every time: a record in the trace, a queue to be
 * left. */
static struct thread *fast_with_all(struct cpu *c)
{
    struct ipc_args args;
    if (c->chores || c->rests || c->long_way)
        return NULL;
    port_frame_get_args(&c->current->frame, &args);
    struct fast f = {.cpu = c,
                     .number = c->number,
                     .from = c->current,
                     .tag = args.tag,
                     .dest = args.dest};
    return fast_try(&f, args.timeouts, false);
}

bool ipc_fast(void)
{
    struct cpu *c = sched_cpu();
    struct thread *r = fast_with_all(c);
    if (r)
        sched_keep(c); /* core_next() is to come */
    return r;
}

__attribute__((noinline)) static struct port_frame *fast_leave(struct cpu *c)
{
    struct thread *r = fast_with_all(c);
    if (!r)
        return NULL;
    sched_tick(c, port_time());
    port_space_activate(&r->task->mem.port);
    if (trace_is_on())
        handover_leave(r->object.id, port_frame_ip(&r->frame));
    return &r->frame;
}

struct port_frame *core_handover(word_t tag, word_t dest, word_t timeouts)
{
    word_t number = port_cpu();
    struct cpu *c = &sched_cpus[number];
    struct thread *t = c->current;
    __asm__("" : "+r"(c)); /* not to be computed again and again */
    if (!LIKELY(!c->busy && !sched_is_queued(t)))
        return fast_leave(c);
    struct fast f = {
        .cpu = c, .number = number, .from = t, .tag = tag, .dest = dest};
    struct thread *r = fast_try(&f, timeouts, true);
    if (!LIKELY(r))
        return NULL;
    port_space_activate(&r->task->mem.port);
    return &r->frame;
}
