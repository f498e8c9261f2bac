/*
 * Calls: a request and its answer as one thing, in the order of the answers.
 *
 *      messages   call A   call B   reply B   error A   call C   (end)
 *      calls                        B         A                  C: open
 *
 * A thread makes one call at a time, so the memory this takes is one open
 * call per thread, however long the trace. A page fault or exception is a
 * call of the thread that has it, an invocation a call of the kernel.
 *
 * I1  An open call's thread has sent no other request since.
 */
#ifndef TOOLS_CALLS_H
#define TOOLS_CALLS_H

#include "messages.h"

enum call_end { CALL_ANSWERED, CALL_FAILED, CALL_OPEN };

struct call {
    struct message request;
    struct message answer; /* reply or error; nothing if open */
    enum call_end end;
};

struct calls {
    struct map open; /* caller -> struct call */
};

typedef void calls_sink(void *self, const struct call *c);

/* Tells `sink` if the message ends a call. */
void calls_feed(struct calls *c, const struct message *m, calls_sink *sink,
                void *self);
/* Tells of the calls that are still open, by thread, and frees all. */
void calls_finish(struct calls *c, calls_sink *sink, void *self);

#endif
