/*
 * vCPU: a thread that takes its events as interrupts.
 *
 *      kernel mode (its own task)              user mode (user_task)
 *          --- resume: registers from r --->
 *          <-- event: registers to r, on at entry_ip ---
 *              (message, page fault, exception, system call)
 *
 * The registers and flags lie in the state page (l4_vcpu_state_t, in the
 * task's kernel-user memory), which the user may write at any time: only
 * what is here is believed.
 *
 * I1  in user mode => there is a user task, and system calls are watched.
 * I2  a user task is pinned, and has the vCPU on its list `vcpus`.
 * I3  in user mode => the thread is alive.
 */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include "object.h"
#include "task.h"
#include "thread.h"
#include <l4/sys/vcpu.h>

struct vcpu {
    struct thread *thread;  /* constant */
    l4_vcpu_state_t *state; /* constant: kernel address */
    uaddr_t state_user;     /* constant: as the vCPU's task sees it */
    struct task *user_task; /* NULL: none */
    struct list in_user_task;
    struct trigger *doorbell; /* pinned; NULL: none */
    word_t host_tp; /* thread pointer of kernel mode, kept in user mode */
    bool user_mode;
    bool in_call; /* in a system call of its own: not to be interrupted */
};

/* Operations of a thread capability: 0 or -L4_E*. */
long vcpu_control(struct thread *t, const struct invocation *inv);
long vcpu_register_doorbell(struct thread *t, struct thread *by,
                            const struct invocation *inv);
/* Like these, but on success t's registers are what they were before its
 * last event, and there is no answer. */
void vcpu_resume(struct thread *t, struct thread *by);

/* t's system call, during which no message interrupts it. */
void vcpu_syscall(struct thread *t);
/* Does t, a vCPU, want to be entered for this (L4_VCPU_F_*)? */
bool vcpu_wants(const struct thread *t, unsigned flag);
/* t's registers go to the state, and it goes on at its entry in its own
 * task. */
void vcpu_enter(struct thread *t, const struct port_trap *trap);
/* t runs in its own task from now on. */
void vcpu_leave(struct thread *t);
/* Readies t for a message of its senders, as if it had waited for one; false:
 * it is not to be interrupted now. */
bool vcpu_interrupt(struct thread *t);
/* vcpu_interrupt() said no, but t's CPU was told to come into the kernel and
 * ask again: a message sent with whatever timeout waits for that, as its
 * timeout begins where the receiver is. */
bool vcpu_is_asked(const struct thread *t);
uint64_t vcpu_asked_until(void);
/* The message that interrupted t is complete. */
void vcpu_set_message(struct thread *t, word_t tag, word_t label);
/* t's queue of senders may have changed: L4_VCPU_SF_IRQ_PENDING. */
void vcpu_note_senders(struct thread *t);
/* t is killed: it is no vCPU any more. */
void vcpu_end(struct thread *t);
/* The user task of all vCPUs on `vcpus` ends. False: stopped at a preemption
 * point, call again. */
bool vcpu_evict(struct list *vcpus);
void vcpu_check(const struct thread *t);

/* Whose memory t runs in. */
static inline struct task *vcpu_task(const struct thread *t)
{
    return t->vcpu && t->vcpu->user_mode ? t->vcpu->user_task : t->task;
}

#endif
