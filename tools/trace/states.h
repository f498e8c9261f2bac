/*
 * What every thread is doing, record by record: running, ready, waiting for
 * whom since when, and for whom it works.
 *
 *      client --waits for--> server --waits for--> disk      (a chain)
 *      client <--serves----- server <--serves----- disk
 *
 * I1  At most one thread runs on a CPU.
 * I2  A thread that runs or is ready waits for nobody.
 */
#ifndef TOOLS_STATES_H
#define TOOLS_STATES_H

#include "names.h"

enum doing { DOING_NOTHING, DOING_RUN, DOING_READY, DOING_WAIT };

struct thread_state {
    uint32_t id;
    enum doing doing;
    uint32_t partner; /* it waits for; 0: anybody, or nobody knows */
    uint32_t via;     /* gate it waits at */
    uint32_t why;     /* enum vtr_why */
    uint32_t caller;  /* whose request it has taken and not answered; 0 */
    uint32_t prio;
    uint64_t since;    /* ns, of what it is doing */
    uint64_t deadline; /* of a wait, ~0: for ever */
    uint64_t ip;       /* of its last system call */
    uint64_t ran;      /* ns on a CPU so far */
};

struct states {
    struct map threads; /* id -> struct thread_state */
    uint32_t running[256];
    uint64_t time; /* of the last record */
};

void states_feed(struct states *s, const struct names *n,
                 const struct vtr_record *r);
void states_free(struct states *s);

/* Never NULL: a thread nobody heard of does nothing. */
struct thread_state *states_thread(struct states *s, uint32_t id);
/* The thread it waits for, also behind a gate; 0: it waits for nobody. */
uint32_t states_waits_for(const struct thread_state *t, const struct names *n);
/* The thread for whose request it works, at the end of the chain; itself. */
uint32_t states_root(struct states *s, uint32_t thread);

#endif
