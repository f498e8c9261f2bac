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
 * I1  go_on != NULL: the thread is READY and in no phase, but PHASE_MESSAGE.
 * I2  what the union points to is pinned.
 */
#ifndef CORE_CONTINUATION_H
#define CORE_CONTINUATION_H

#include "ipc_items.h"

struct heap_node;
struct ku_mem;
struct object;
struct task;
struct thread;
struct thread_group;

struct continuation {
    /* Does the next pieces; true: done, the thread has its answer. */
    bool (*go_on)(struct thread *t);
    /* The operation is not to go on (the thread was killed, or its call
     * cancelled): lets go of what it holds. NULL: nothing. */
    void (*give_up)(struct thread *t);
    union {
        struct {
            struct task *task;
            word_t mask;   /* UNMAP_* */
            word_t behind; /* how much of the flexpage in MR `word` */
            uint32_t word, words;
            unsigned used; /* rights of it that were in use */
        } unmap;
        struct {
            struct task *src, *dst;
            word_t head, fpage, behind; /* as in a message */
            bool keep_s;
        } map;
        struct {
            bool sends; /* the thread is the sender, else its receiver */
            bool reply; /* the message answers a call */
            struct item_cursor at;
        } message; /* the other is its ipc.partner */
        struct {
            word_t address; /* of the object looked for */
            uint32_t id;    /* from this one on */
        } pointer;
        struct ku_mem *ku_mem; /* being made; its task is pinned */
        struct {
            struct object *o; /* made; goes to */
            word_t index;     /* this slot, when empty */
            word_t mr2;       /* for the answer */
            bool with_mr2;
            struct ku_mem *ku_mem; /* of a task, being made; or NULL */
        } create;
        struct {
            uint32_t item;
            word_t behind; /* how much of it is done */
        } resume;          /* of a vCPU, with map items */
        struct {
            struct thread *of;          /* whose senders; modifying */
            struct thread_group *group; /* pinned, NULL: not in one */
            bool in_group;              /* done with its own queue */
            struct heap_node *last;     /* the one seen last, */
            uint64_t changes;           /* while the queue is as then */
            uint32_t number;
            uint32_t words; /* of the rules, in the UTCB */
        } modify;
    };
};

#endif
