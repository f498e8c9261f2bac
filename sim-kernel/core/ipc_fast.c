/*
 * The fast path of IPC: the call and the reply that nearly all messages are.
 *
 *      call             through a gate, to a thread that waits for us
 *      reply and wait   to our caller, which waits for nothing but that
 *
 * Both are one rendezvous followed by a receive phase that blocks, and hand
 * the time slice to the partner. What is special is only what is left
 * out: no items, no flags, no errors, no timeouts, no other sender to be looked
 * for, so every question of ipc.c has a known answer. All of them are asked
 * before anything changes; one wrong answer and invoke.c does the call.
 *
 * I1  a call done here leaves every object, queue and register, the virtual
 *     time and the trace as invoke_syscall() would have (tests/core,
 *     test_ipc_fast.c: every case both ways; `--no-fast-path` for a system).
 *
 * Source: Liedtke, "Improving IPC by kernel design" (SOSP 1993), 5.3.
 */
#include "ipc_fast.h"
#include "abi.h"
#include "gate.h"
#include "ipc.h"
#include "kstring.h"
#include "sched.h"
#include "task.h"
#include "trace_handover.h"
#include "trace.h"
#include "work.h"

bool ipc_fast_on = true;

enum {
    FLAGS_CALL = SYS_SEND | SYS_RECV,
    FLAGS_REPLY_AND_WAIT = SYS_SEND | SYS_RECV | SYS_OPEN_WAIT | SYS_REPLY,
    TAG_SPECIAL = 0xf000 | 0xfc0, /* flags and items */
    RECEIVE_TIMEOUT = 0xffff,
};

/* --- the questions ----------------------------------------------------- */

static bool fast_message(const struct ipc_args *args)
{
    return !(args->tag & TAG_SPECIAL) && !(args->timeouts & RECEIVE_TIMEOUT);
}

/* r waits for a message of t and for nothing else, not even for the time. */
static bool fast_accepts(const struct thread *r, const struct thread *t)
{
    return r != t && r->cpu == t->cpu && r->ipc.phase == PHASE_RECEIVE &&
           r->ipc.kind == IPC_USER && (r->ipc.open || r->ipc.partner == t) &&
           !r->object.dying && !r->ipc.keep_at && !timeout_is_set(&r->timeout);
}

/* With the server right the gate itself may be meant. */
static bool fast_meant(const struct cap_slot *slot, word_t tag)
{
    return !(slot->rights & CAP_SERVER) ||
           (tag_label(tag) != L4_PROTO_KOBJECT &&
            tag_label(tag) != L4_PROTO_META);
}

/* The gate's thread, NULL: something the fast path leaves alone. */
static struct thread *fast_callee(struct thread *t, const struct ipc_args *args,
                                  struct ipc_op *op)
{
    struct cap_slot *slot = cap_lookup(&t->task->caps, args->dest >> SEL_SHIFT);
    if (!slot || slot->object->ops->type != VTR_T_GATE ||
        !fast_meant(slot, args->tag) ||
        !gate_target(slot->object, slot->rights, op))
        return NULL;
    struct thread *r = op->dest;
    return r && !r->reply_to ? r : NULL;
}

/* The thread that waits for t's answer; NULL as above. */
static struct thread *fast_caller(struct thread *t, struct ipc_op *op)
{
    struct thread *r = t->reply_to;
    if (!r || t->group || !heap_is_empty(&t->senders))
        return NULL;
    op->dest = r;
    op->rights = CAP_ALL;
    op->open = true;
    return r;
}

static struct thread *
fast_partner(struct thread *t, const struct ipc_args *args, struct ipc_op *op)
{
    unsigned flags = args->dest & SYS_FLAGS;
    if (flags == FLAGS_REPLY_AND_WAIT)
        return fast_caller(t, op);
    if ((flags && flags != FLAGS_CALL) || (args->dest & SEL_INVALID))
        return NULL;
    return fast_callee(t, args, op);
}

/* --- the rendezvous ----------------------------------------------------- */

__attribute__((noinline)) static void fast_trace(const struct thread *t,
                                                 const struct thread *r,
                                                 const struct ipc_args *args,
                                                 const struct ipc_op *op,
                                                 uint64_t entered)
{
    unsigned words = tag_words(op->tag);
    if (words > TRACE_WORDS_OF_IPC && !op->open)
        trace_words(entered, t->object.id, r->object.id, r->utcb->mr, words);
    handover_begin(&(struct handover){
        .entered = entered,
        .from = t->object.id,
        .to = r->object.id,
        .via = op->via ? op->via->id : 0,
        .flags = op->open ? VTR_F_REPLY : VTR_F_CALL,
        .ip = port_frame_ip(&t->frame),
        .dest = args->dest,
        .tag = op->tag,
        .label = op->label,
        .mr0 = words > 0 ? r->utcb->mr[0] : 0,
        .mr1 = words > 1 ? r->utcb->mr[1] : 0,
    });
}

/* r's receive phase ends with t's message. */
static void fast_receive(struct thread *r, const struct ipc_op *op)
{
    list_remove(&r->waiting);
    if (r->ipc.pinned)
        object_unpin(r->ipc.via);
    r->ipc.pinned = false;
    r->ipc.phase = PHASE_NONE;
    r->utcb->error = 0;
    port_frame_set_result(&r->frame, op->tag, op->label);
}

/* Who owes whom an answer, and who waits for whom (thread.h I3, I5). */
static void fast_link(struct thread *t, struct thread *r, bool reply)
{
    if (reply) {
        t->reply_to = r->replier = NULL;
        return;
    }
    if (t->replier)
        t->replier->reply_to = NULL;
    r->reply_to = t;
    t->replier = r;
    list_add_last(&r->waiters, &t->waiting);
}

/* t waits for the answer, or for anybody (`op->open`). */
static void fast_wait(struct thread *t, const struct ipc_op *op)
{
    t->ipc = (struct ipc_state){
        .phase = PHASE_RECEIVE,
        .kind = IPC_USER,
        .call = !op->open,
        .recv = true,
        .open = op->open,
        .partner = op->open ? NULL : op->dest,
        .via = op->via,
        .pinned = op->via != NULL,
        .tag = op->tag,
        .label = op->label,
        .rights = op->rights,
        .since = port_time(),
    };
    if (op->via)
        object_pin(op->via);
}

bool ipc_fast(struct thread *t)
{
    struct ipc_args args;
    port_frame_get_args(&t->frame, &args);
    struct ipc_op op = {.tag = args.tag};
    if (!ipc_fast_on || !fast_message(&args) || reply_is_explicit(args.dest))
        return false;
    struct thread *r = fast_partner(t, &args, &op);
    if (!r || !fast_accepts(r, t))
        return false;

    uint64_t entered = trace_on ? port_time() : 0;
    unsigned words = tag_words(op.tag);
    for (unsigned i = 0; i < words; i++)
        r->utcb->mr[i] = t->utcb->mr[i];
    work_done(4 + words / 4);
    if (trace_is_on())
        fast_trace(t, r, &args, &op, entered);
    fast_receive(r, &op);
    fast_link(t, r, op.open);
    fast_wait(t, &op);
    sched_hand_over(r, !op.open || sched_cpu()->donated);
    return true;
}
