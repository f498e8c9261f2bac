/*
 * A whole kernel over the fake port, for tests of IPC and scheduling: booted
 * as on a real machine, with threads that do nothing but the system calls a
 * test makes for them.
 *
 *      kernel_boot();
 *      struct thread *a = thread_new(kernel.task, 10);
 *      sys_call(a, SLOT_B, ...);         a is "running" and traps
 *      kernel_exit();                    core_next() and all x_check()
 */
#ifndef TESTS_CORE_KERNEL_H
#define TESTS_CORE_KERNEL_H

#include "fixture.h"

#include <abi.h>
#include <fake_port.h>
#include <gate.h>
#include <ipc.h>
#include <irq.h>
#include <report.h>
#include <sched.h>
#include <task.h>
#include <thread.h>
#include <trap.h>

enum { KERNEL_SLICE = 10000000 }; /* ns */

extern struct kernel {
    struct task *task; /* the root task; its own thread is dead */
    struct quota *quota;
    size_t free; /* heap bytes when the machine was fresh */
    unsigned objects;
} kernel;

/* Boots; sigma0's and the root task's threads are killed, so that only the
 * test's are left. */
void kernel_boot(void);
/* The same on a machine with so many CPUs; the calls are made on CPU 0. */
void kernel_boot_cpus(unsigned cpus);
/* The calls that follow are made on CPU `cpu`. */
void on_cpu(unsigned cpu);
/* All that the test made is deleted; nothing is left over. */
void kernel_end(void);
/* The same, and the kernel is as after kernel_boot(). */
void kernel_rewind(void);
unsigned kernel_objects(void);
/* A test that ends with kernel_end(). (A failure in a .fini is not counted by
 * Criterion.) */
#define KERNEL_TEST(suite, name)                                               \
    static void suite##_##name(void);                                          \
    Test(suite, name)                                                          \
    {                                                                          \
        suite##_##name();                                                      \
        kernel_end();                                                          \
    }                                                                          \
    static void suite##_##name(void)
/* Leaves the kernel: reaps, picks the next thread, checks everything. */
struct thread *kernel_exit(void);

/* A bound thread in the stopped state, with a UTCB of its own. Its
 * capability lies in `task` at slot_of_thread(). */
struct thread *thread_new(struct task *task, unsigned prio);
/* The same, ready to run. */
struct thread *thread_running(struct task *task, unsigned prio);
/* Where kernel.task has a capability to it. */
word_t slot_of(const struct object *o);
word_t slot_of_thread(const struct thread *t);
struct task *task_new(void);
struct object *gate_new(struct task *in, word_t slot, struct thread *to,
                        word_t label);
struct object *irq_new(struct task *in, word_t slot);
/* Deletes what `slot` of `task` names. */
void slot_delete(struct task *task, word_t slot);

/* t is the running thread, as if it were alone; before a core_...(). */
void make_current(struct thread *t);
/* t traps with a system call; then the kernel is left. `tag`, `timeouts` as
 * in <l4/sys/ipc.h>. */
void sys(struct thread *t, word_t slot, unsigned flags, word_t tag,
         word_t timeouts);
void sys_raw(struct thread *t, word_t dest, word_t tag, word_t timeouts);
enum { CALL = 3, SEND = 1, RECEIVE = 2, WAIT = 6, REPLY_WAIT = 0xf };
enum { NEVER = 0, AT_ONCE = 0x4000400, SEND_AT_ONCE = 0x4000000 };
/* Receives from nobody. */
void sys_sleep(struct thread *t, word_t timeouts);
void sys_wait(struct thread *t);
void sys_reply(struct thread *t, word_t tag);
/* Virtual time passes; the timer strikes if it is due. */
void time_passes(uint64_t ns);

/* What the last operation of t ended with: 0, or an L4 IPC error code;
 * WAITS: it is not over. */
enum { WAITS = -1, NOT_BEGUN = -2 };
int outcome(const struct thread *t);
/* The error word of an answer of a kernel object (its label). */
long answer(const struct thread *t);

#endif
