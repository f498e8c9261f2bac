/*
 * The one system call: who is meant, and what is wanted of it.
 *
 *      selector ---> reply capability   answer the last caller
 *               ---> invalid (bit 11)   the thread itself, sleep, open wait
 *               ---> capability slot    what every object answers alike, or
 *                                       object->ops->invoke()
 *
 * Source: ABI.md section 2, Capability selectors and syscall flags.
 */
#include "invoke.h"
#include "abi.h"
#include "gate.h"
#include "ipc.h"
#include "kassert.h"
#include "meta.h"
#include "sched.h"
#include "task.h"
#include "trace.h"

int invoke_check(const struct invocation *inv, long label, unsigned need)
{
    if (tag_label(inv->args.tag) != label)
        return -L4_EBADPROTO;
    if ((inv->rights & need) != need)
        return -L4_EPERM;
    if (inv_words(inv) < 1)
        return -L4_EMSGTOOSHORT;
    return (int)(inv->mr[0] & 0xffff);
}

struct cap_slot *invoke_cap(const struct thread *t,
                            const struct invocation *inv, unsigned n)
{
    unsigned at = inv_words(inv) + 2 * n;
    if (n >= tag_items(inv->args.tag) || at + 1 >= UTCB_MRS)
        return NULL;
    word_t head = inv->mr[at], fpage = inv->mr[at + 1];
    bool is_cap = (head & 8) && (fpage >> 4 & 3) == 3;
    return is_cap ? cap_lookup(&t->task->caps, fpage >> SEL_SHIFT) : NULL;
}

bool invoke_is_sent(const struct thread *t, const struct invocation *inv,
                    const struct object_ops *ops)
{
    struct cap_slot *c = invoke_cap(t, inv, 0);
    return c && c->object->ops == ops;
}

long invoke_object_sent(const struct thread *t, const struct invocation *inv,
                        const struct object_ops *ops, unsigned need,
                        struct object **ret_object)
{
    struct cap_slot *c = invoke_cap(t, inv, 0);
    if (!c || c->object->ops != ops)
        return -L4_EINVAL;
    if ((c->rights & need) != need)
        return -L4_EPERM;
    *ret_object = c->object;
    return 0;
}

/* The phases the flags ask for. */
static struct ipc_op invoke_op(const struct ipc_args *args, unsigned flags)
{
    return (struct ipc_op){
        .send = flags & SYS_SEND,
        .recv = flags & SYS_RECV,
        .open = flags & SYS_OPEN_WAIT,
        .tag = args->tag,
        .timeouts = args->timeouts,
        .rights = CAP_ALL,
    };
}

void invoke_ipc(struct object *o, struct thread *t,
                const struct invocation *inv)
{
    struct ipc_op op = invoke_op(&inv->args, inv_flags(inv));
    op.label = inv->args.label;
    if (!gate_target(o, inv->rights, &op)) {
        ipc_error(t, L4_IPC_ENOT_EXISTENT);
        return;
    }
    if (!op.send && op.recv && !op.open && !op.dest)
        ipc_error(t, L4_IPC_ENOT_EXISTENT | 1); /* unbound: from whom? */
    else
        ipc_start(t, &op);
}

void invoke_then_receive(struct object *o, struct thread *t,
                         const struct invocation *inv)
{
    struct ipc_op op = invoke_op(&inv->args, inv_flags(inv));
    if (!op.recv) {
        ipc_answer(t, 0, 0, 0);
        return;
    }
    op.send = false;
    op.via = o;
    ipc_start(t, &op);
}

/* Where the caller that an open wait may receive from is to be kept. */
static uint16_t invoke_keep_at(const struct ipc_args *args, unsigned flags)
{
    word_t index = args->dest >> SEL_SHIFT;
    if (!(flags & SYS_OPEN_WAIT) || !reply_is_explicit(args->dest))
        return 0;
    return index < UINT16_MAX ? (uint16_t)(index + 1) : UINT16_MAX;
}

/* Answers whoever called last, or the caller in an explicit slot. */
static void invoke_reply(struct thread *t, const struct ipc_args *args,
                         unsigned flags)
{
    struct ipc_op op = invoke_op(args, flags);
    bool explicit = reply_is_explicit(args->dest);
    struct thread *caller =
        explicit ? reply_caller(t->task, args->dest >> SEL_SHIFT) : t->reply_to;
    if (!caller) {
        ipc_no_caller(t);
        return;
    }
    op.reply = true;
    op.dest = caller;
    op.queue = &caller->senders;
    op.keep_at = invoke_keep_at(args, flags);
    if (explicit)
        reply_from(caller, t);
    ipc_start(t, &op);
}

/* Without a destination: wait for anybody, sleep, or yield. */
static void invoke_wait(struct thread *t, const struct ipc_args *args,
                        unsigned flags)
{
    struct ipc_op op = invoke_op(args, flags);
    op.send = false;
    op.keep_at = invoke_keep_at(args, flags);
    if (!op.open && (args->timeouts & 0xffff) == IPC_ZERO_TIMEOUT)
        sched_give_way(); /* l4_thread_yield() */
    ipc_start(t, &op);
}

/* --- what every kernel object answers: META, DEC_REFCNT ---------------- */

/* Is the request for the object itself? Through a thread and (without the
 * server right) a gate it would go on to somebody else. */
static bool invoke_is_common(const struct object *o,
                             const struct invocation *inv)
{
    long label = tag_label(inv->args.tag);
    if (!(inv_flags(inv) & SYS_SEND) || o->ops == &thread_ops)
        return false;
    if (o->ops->type == VTR_T_GATE && !(inv->rights & CAP_SERVER))
        return false;
    return label == L4_PROTO_META ||
           (label == L4_PROTO_KOBJECT && inv_words(inv) &&
            (inv->mr[0] & 0xffff) == KOBJECT_DEC_REFCNT);
}

/* The one counted reference an invoker can give up is that of the capability
 * it uses; the object lives on while others hold counted ones. */
static long invoke_dec_refcnt(const struct invocation *inv)
{
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    word_t diff = inv->mr[1];
    if (diff > 1 || (diff && inv->slot->weak))
        return -L4_EINVAL;
    if (diff)
        cap_weaken(inv->slot);
    return 0;
}

static void invoke_common(const struct object *o, struct thread *t,
                          const struct invocation *inv)
{
    if (tag_label(inv->args.tag) == L4_PROTO_META)
        meta_answer(o, t, inv);
    else
        ipc_answer(t, invoke_dec_refcnt(inv), 0, 0);
}

static void invoke_object(struct thread *t, struct object *o,
                          struct cap_slot *slot, const struct ipc_args *args)
{
    struct invocation inv = {
        .args = *args,
        .rights = slot ? slot->rights : CAP_ALL,
        .slot = slot,
        .mr = t->utcb->mr,
    };
    t->ipc.via = o;
    t->ipc.partner = NULL;
    bool common = invoke_is_common(o, &inv);
    if (common || o->ops->type != VTR_T_GATE)
        trace_event(VTR_INVOKE, 0, o->id, o->ops->type, inv.mr[0], args->tag,
                    inv.mr[1], inv.mr[2]);
    if (common)
        invoke_common(o, t, &inv);
    else
        o->ops->invoke(o, t, &inv);
}

void invoke_syscall(struct thread *t)
{
    struct ipc_args args;
    port_frame_get_args(&t->frame, &args);
    unsigned flags = args.dest & SYS_FLAGS;
    if (!flags)
        flags = SYS_SEND | SYS_RECV;

    if ((flags & SYS_REPLY) && (flags & SYS_SEND)) {
        invoke_reply(t, &args, flags);
    } else if (!(flags & SYS_SEND) &&
               ((flags & SYS_OPEN_WAIT) || (args.dest & SEL_INVALID))) {
        invoke_wait(t, &args, flags);
    } else if (args.dest & SEL_INVALID) {
        invoke_object(t, &t->object, NULL, &args);
    } else {
        struct cap_slot *c = cap_lookup(&t->task->caps, args.dest >> SEL_SHIFT);
        if (c) {
            invoke_object(t, c->object, c, &args);
        } else {
            t->ipc.via = NULL;
            t->ipc.partner = NULL;
            ipc_error(t, L4_IPC_ENOT_EXISTENT);
        }
    }
}
