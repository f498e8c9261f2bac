/*
 * What is left of a system call that stopped at a preemption point.
 *
 * A long operation keeps the little it needs to go on in its thread; the
 * thread stays READY, in no phase of an IPC, with its registers as at the
 * system call. When it is chosen to run, core_next() calls `go_on` instead of
 * returning to user mode:
 *
 *      core_syscall() --> begin --> stopped . . . core_next() --> go_on
 *                                      ^                            |
 *                                      +------- stopped again ------+--> done
 *
 * I1  go_on != NULL: the thread is READY and in no phase.
 * I2  what the union points to is pinned.
 */
#ifndef CORE_CONTINUATION_H
#define CORE_CONTINUATION_H

#include "port.h"

struct object;
struct task;
struct thread;

struct continuation {
    /* Does the next pieces; true: done, the thread has its answer. */
    bool (*go_on)(struct thread *t);
    /* The operation is not to go on (the thread was killed, or its call
     * cancelled): lets go of what it holds. NULL: nothing. */
    void (*give_up)(struct thread *t);
    union {
        struct {
            struct task *task;
            word_t mask, at; /* UNMAP_*; next address or slot */
            uint32_t word, words;
            unsigned used; /* of the flexpage in MR `word` */
        } unmap;
        struct {
            struct task *src, *dst;
            word_t head, fpage, done; /* as in a message; pieces behind us */
            bool keep_s, mapped;
        } map;
        struct {
            struct task *task;
            word_t fpage;
            struct ku_mem *pages;
        } ku_mem;
    };
};

#endif
