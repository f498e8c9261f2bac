/*
 * The system-call fuzzer: kernel objects of every kind, and threads of several
 * tasks that send them messages made from a seed.
 *
 *      root task   main.c     makes a world, looks on, takes it down, counts
 *                  world.c    the objects of a world; who gets which
 *      its tasks   message.c  one call: made, sent
 *
 * The tasks run this program's code on the same addresses. They can write
 * nothing of it but `shared`, so whatever they do to each other, the root
 * task's own data stay whole.
 */
#ifndef TESTS_KERNEL_FUZZ_H
#define TESTS_KERNEL_FUZZ_H

#include "../harness.h"

enum {
    TASKS = 3,
    THREADS_EACH = 3,
    FUZZERS = TASKS * THREADS_EACH,
    STACKS = FUZZERS + 3, /* some for threads that fuzzers start */
    STACK_BYTES = 8192,
    ARENA_PAGES = 32,
    /* A task's capabilities: a pool that calls name, in ranges by kind. */
    POOL = 0x200,
    POOL_SIZE = 64,
};
#define WINDOW 0x4800000000ul /* addresses where nothing is at first */

enum kind {
    A_FACTORY,
    A_TASK,
    A_MADE_TASK, /* made by a fuzzer: see message.c, call_tame() */
    A_THREAD,
    A_GATE,
    AN_IRQ,
    A_SEMAPHORE,
    A_SCHEDULER,
    AN_ICU,
    A_LOG,
    A_DEBUGGER,
    A_SPARE,
    KINDS,
};
/* The pool's slots of each kind: first, and how many. */
extern const struct range {
    unsigned char first, count;
} pool_range[KINDS];

enum { OPERATIONS_MAX = 128 };

struct call {
    unsigned operation; /* of the table; OPERATIONS_MAX: no request */
    l4_cap_idx_t dest;
    l4_umword_t flags, label;
    l4_msgtag_t tag;
    l4_timeout_t timeout;
};

/* What the fuzzers may write. */
struct shared {
    char stack[STACKS][STACK_BYTES];
    char arena[ARENA_PAGES][L4_PAGESIZE];
    unsigned long calls;  /* made so far, by all */
    unsigned long limit;  /* nobody makes more */
    unsigned long show;   /* this call is printed before it is made; 0: none */
    unsigned long errors; /* calls that an errno or IPC error answered */
    unsigned long state[STACKS]; /* of random numbers */
    unsigned made[OPERATIONS_MAX + 1], done[OPERATIONS_MAX + 1]; /* no error */
};
extern struct shared shared;

/* splitmix64 (Steele, Lea, Flood 2014) */
unsigned long any(unsigned long *state);
unsigned long below(unsigned long *state, unsigned long n);

/* A fuzzer's code: calls until the limit, then sleeps. */
void fuzzer_main(void);
/* A call into *c and this thread's UTCB. */
void call_make(unsigned long *state, struct call *c);
/* Says which operations no call made, and which none was answered by success;
 * how many were made of how many. */
void operations_tell(void);

/* One world: made, its threads (again) at fuzzer_main(), all of it deleted. */
void world_make(unsigned long seed);
void world_revive(void);
void world_delete(void);

#endif
