/*
 * Threads: registers, scheduling, and the state of an IPC.
 *
 *      STOPPED --start--> READY <----> BLOCKED        (any) --kill--> DEAD
 *
 * A blocked thread is in one phase of one IPC operation; what is left to do
 * is recorded in `ipc`, so that no kernel stack is kept for it (event
 * kernel).
 *
 * I1  state READY  <=> on a ready queue, or it is the running thread of a CPU
 *     and came to be that by a message (sched.h I5).
 * I2  phase SEND   => on the sender queue of its partner (or of an unbound
 *     gate); phase NONE <=> not blocked in IPC.
 * I3  a->replier == b  <=>  b->reply_to == a (the implicit reply
 *     capability and its way back).
 * I4  a bound thread (task != NULL) is on its task's list.
 * I5  in a closed receive => on the waiters of its partner (or of the IRQ
 *     it waits for), or in the queue of its semaphore; in phase SEND through
 *     a gate => on its waiters; so that nobody waits for what is gone.
 * I6  blocked in a phase => `via` is pinned.
 * I7  nobody waits for a DEAD thread that is off object.c's queue: neither
 *     in `senders` (IRQs apart, which keep it pinned) nor in `waiters`.
 */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include "continuation.h"
#include "object.h"
#include "pf_trampoline.h"
#include "timeout.h"
#include "utcb.h"

struct task;
struct trigger;
struct vcpu;
struct thread_group;

enum thread_state { THREAD_STOPPED, THREAD_READY, THREAD_BLOCKED, THREAD_DEAD };

/* What a thread is in the middle of. */
enum ipc_phase {
    PHASE_NONE,
    PHASE_SEND,
    PHASE_RECEIVE,
    PHASE_MESSAGE, /* a message that stopped half way (ipc_message.h) */
};

/* Where an outgoing message comes from, and where the answer goes. */
enum ipc_kind {
    IPC_USER,      /* UTCB */
    IPC_UPCALL,    /* UTCB; what comes interrupts a vCPU (vcpu.h) */
    IPC_FAULT,     /* the kernel sends a page fault for the thread */
    IPC_EXCEPTION, /* the kernel sends the registers */
};

/* Are its words those of the UTCB? */
static inline bool ipc_in_utcb(enum ipc_kind kind)
{
    return kind == IPC_USER || kind == IPC_UPCALL;
}

/* Whose system calls, before they are made, are exceptions; and what is due
 * before it runs on. */
enum thread_watch {
    WATCH_ALIEN = 1,     /* and after them, and page faults, too */
    WATCH_USER_MODE = 2, /* a vCPU in user mode */
    WATCH_ALLOWED = 4,   /* an alien's call that may now be made */
    WATCH_DONE = 8,      /* an alien's call that was: "after" is due */
    WATCH_RAISE = 16,    /* the exception of an ex_regs is due */
    WATCH_VCPU = 32,     /* it is one: messages may be due, too */
    WATCH_HELD = 64,     /* its task is held: it does not run on */
};

/* Something that waits to deliver a message: a thread or an IRQ. */
struct sender {
    struct heap_node link; /* in a receiver's, gate's or semaphore's queue,
                              or in none; the most urgent first */
    uint8_t prio;
    bool is_irq;
    uint32_t modified; /* number of the modify_sender that saw it last */
};

struct ipc_state {
    union {
        struct {
            enum ipc_phase phase : 4;
            enum ipc_kind kind : 4;
            bool call : 1;        /* receive phase follows the send, closed */
            bool open : 1;        /* the receive phase is an open wait */
            bool pinned : 1;      /* via is (I6) */
            uint16_t keep_at;     /* open wait: index + 1 of the explicit slot
                                     for the caller, 0: the implicit one */
            uint16_t rcv_timeout; /* L4 timeout of the receive phase */
        };
        uint64_t mode; /* all of these, to be compared in one (ipc_fast.c) */
    };
    bool recv;              /* a receive phase follows the send */
    bool no_reply;          /* it called, but could not be kept there */
    unsigned rights;        /* of the capability used, for typed items */
    struct thread *partner; /* send: receiver; receive: who may send */
    struct object *via;     /* gate, IRQ or thread named by the capability */
    word_t tag;             /* outgoing */
    word_t label;           /* outgoing: what the receiver sees */
    uint64_t since;         /* ns: blocked since */
};
_Static_assert(offsetof(struct ipc_state, recv) == sizeof(uint64_t),
               "nothing but the mode is in its word");

struct thread {
    struct object object;
    struct port_frame frame;

    /* constant once bound */
    struct task *task;
    struct utcb *utcb; /* kernel address */
    uaddr_t utcb_user;
    struct list in_task;

    /* scheduling, owned by sched.c */
    enum thread_state state;
    uint8_t prio;
    uint8_t cpu;       /* home; constant for all but sched_cpus.c */
    uint8_t next_cpu;  /* the home to be: differs while it runs elsewhere */
    uint64_t slice_ns; /* length of a fresh time slice */
    uint64_t slice_left;
    uint64_t time_ns; /* CPU time used */
    struct list ready;

    /* IPC, owned by ipc.c */
    struct sender sender;
    struct ipc_state ipc;
    struct heap senders;        /* of struct sender.link */
    struct list waiters;        /* of struct thread.waiting */
    struct list waiting;        /* on the waiters of what this one waits for, or
                                   of the gate it sends through */
    struct thread *reply_to;    /* whose call is to be answered */
    struct thread *replier;     /* who owes this thread an answer */
    struct thread **reply_slot; /* the explicit slot (reply.h) it is in */
    struct timeout timeout;
    struct thread_group *group; /* NULL: in none */
    struct list in_group;
    uint32_t told_of; /* id of the last gate whose end it was told of */
    bool modifying;   /* a modify_sender of its queue is not done yet */

    struct continuation continuation; /* of a long operation */

    /* faults, owned by trap.c */
    word_t pager, exc_handler; /* capability selectors in the own task */
    word_t fault_mr[2];
    struct port_trap trap;
    bool in_exception; /* registers belong to a pending exception */
    bool started;      /* ex_regs gave it an ip */
    bool unplaced;     /* run_thread has not said yet where it runs */
    uint8_t watch;     /* WATCH_* */
    struct vcpu *vcpu; /* owned by vcpu.c; NULL: it is none */
    struct pf_trampoline pf_trampoline; /* owned by pf_trampoline.c */

    struct trigger *del_irq; /* hit when a gate to it ends: an IRQ or
                                semaphore, pinned; NULL: none */
};

static inline struct thread *thread_of(struct object *o)
{
    return container_of(o, struct thread, object);
}

static inline struct thread *sender_thread(struct sender *s)
{
    return container_of(s, struct thread, sender);
}

/* Nothing can be sent to it, or come from it, any more. */
static inline bool thread_is_gone(const struct thread *t)
{
    return t->object.dying || t->state == THREAD_DEAD;
}

static inline void thread_watch(struct thread *t, unsigned flag, bool on)
{
    t->watch = (uint8_t)(on ? t->watch | flag : t->watch & ~flag);
}

extern const struct object_ops thread_ops;

/* A fresh, unbound, stopped thread charged to q; NULL: no memory. */
struct thread *thread_create(struct quota *q, uint32_t factory_id);
/* Gives it address space and UTCB. 0, -L4_EINVAL (bound already, dead, no
 * kernel-user memory there). */
int thread_bind(struct thread *t, struct task *task, uaddr_t utcb);
/* New ip/sp (~0: keep), revives; cancels a running IPC with `cancel`. */
void thread_ex_regs(struct thread *t, uaddr_t ip, uaddr_t sp, bool cancel,
                    bool trigger);
/* Never runs again: leaves IPC, queues, its task. Idempotent. */
void thread_kill(struct thread *t);
/* t, which has a continuation, does the next pieces of it. */
void thread_go_on(struct thread *t);
/* t's long operation, if it is in one, is not to go on. */
void thread_give_up(struct thread *t);
/* Its task is held from now on, or not any more. */
void thread_hold(struct thread *t, bool on);
/* A gate bound to t has ended. */
void thread_gate_ended(struct thread *t);
void thread_check(const struct thread *t);

#endif
