/*
 * The kernel of a server under fuzzing: as much of the capability interface as
 * servers see, in the host process.
 *
 *      fuzz_server.c (events out of an input)
 *          | host_deliver(): one message, interrupt or time-out
 *          v
 *      kernel.c: capability table, gates, deletion  <-- system calls --  server
 *
 * The server's own main() runs as a coroutine on a stack of its own; when it
 * waits for a message the fuzzer's side goes on, and its next event is what
 * the wait brings. Other servers are not there: whom it calls answers what the
 * input says, kernel objects do what they should, but fail now and then
 * (-L4_ENOMEM) when the input says that.
 *
 * I1  a slot of the table is empty or names an object that has not ended.
 * I2  `counted` of an object is the number of counted capabilities to it,
 *     the server's and clients'; at 0 it ends, and the deletion IRQ is hit.
 * I3  the server has one thread, its main one: slots, objects, UTCB and input
 *     are nobody else's. Who starts another ends the run.
 *
 * Not modelled: rights of kernel objects, mappings of memory.
 */
#ifndef FUZZ_SERVER_KERNEL_H
#define FUZZ_SERVER_KERNEL_H

#include "../input.h"
#include <l4/sys/consts.h>
#include <l4/sys/types.h>

/* What a server is started with: each server_NAME.c has one. */
struct host_server {
    const char *argv[6];
    const char *gates[8];     /* what it serves, by name */
    const char *others[4];    /* what it asks, by name */
    const long protocols[12]; /* what its clients may say; 0: no more */
    bool keeps;               /* what clients made stays: no leak check */
    const void *module;       /* what any name of `rom` leads to */
    unsigned module_size;
    void (*prepare)(void);      /* before main(); NULL: nothing */
    const char *(*check)(void); /* its invariants, at rest; NULL: none */
    size_t (*used)(void);       /* its memory; NULL: the heap */
    bool takes_gates;           /* clients may give it gates of its own */
    bool gives_gates; /* programs it starts get gates of its own: clients', too
                       */
    unsigned settles; /* how often its time must pass until it is at rest */
    l4_umword_t first_label; /* of the first gate, if nobody binds it */
    /* Is this not to be asked (through one of its first gates)? */
    bool (*leaves_out)(long protocol, bool is_first);
};
extern const struct host_server host_server;

enum { HOST_MESSAGE, HOST_IRQ, HOST_TIMEOUT, HOST_CUT };

struct host_event {
    int kind;
    l4_umword_t label; /* of gate or IRQ */
    long protocol;
    unsigned words, items;
    l4_umword_t mr[64];
    struct host_object *item[4];
};

/* What the server answered. */
struct host_answer {
    bool came;
    long result;
    unsigned words, items;
    struct host_object *given[4]; /* the client's now: one count each */
};

enum host_kind { HOST_KERNEL, HOST_GATE, HOST_INTERRUPT, HOST_OTHER };

struct host_object {
    enum host_kind kind;
    unsigned counted;
    bool is_bound;
    l4_umword_t label;
    struct host_object *next; /* of all */
};

/* Once: starts the server and runs it until it waits. */
void host_start(void);
/* The server works on this until it waits again. */
void host_deliver(const struct host_event *event, struct host_answer *ret);

/* A new object that only clients hold: one count. */
struct host_object *host_object_new(enum host_kind kind);
void host_hold(struct host_object *o);
void host_drop(struct host_object *o);
/* The n-th gate the server was started with; NULL: no more. */
struct host_object *host_gate(unsigned n);
/* The n-th interrupt that is bound; NULL: no more. */
struct host_object *host_irq(unsigned n);
/* Is a deletion to be told? Its IRQ's label. */
bool host_take_deletion(l4_umword_t *ret_label);
/* A capability of the server's own to a new object goes into its slot. 0, or
 * -L4_ENOMEM: the input says so. */
long host_object_in(l4_cap_idx_t cap, enum host_kind kind);
/* What a slot names; NULL: nothing. */
struct host_object *host_object_at(l4_cap_idx_t cap);
/* Asked for: somebody has ended the object, clients have it no more. */
void host_gone(struct host_object *o);
/* Asked for: a program was started, which can send to `parent`, and has ended.
 */
void host_program(l4_cap_idx_t parent);
/* The server, at its start, gives a gate of its own to a program. */
void host_give(struct host_object *o);
/* How many objects there are. */
unsigned host_objects(void);
/* Ends the run with a word of what is wrong. */
_Noreturn void host_fail(const char *what);

extern bool host_may_fail; /* kernel objects may refuse, as the input says */

#endif
