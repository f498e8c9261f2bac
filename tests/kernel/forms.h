/*
 * Every function that sends or waits, as a table: a case is a function of a row
 * of it, run by a worker, so that the main thread can be its partner.
 */
#ifndef TESTS_KERNEL_FORMS_H
#define TESTS_KERNEL_FORMS_H

#include "harness.h"

/* What a form does, in this order: sends (or replies), waits for a message
 * from the same thread (closed) or from anyone (open). */
enum { SENDS = 1, CLOSED = 2, OPEN = 4, REPLIES = 8 };

struct form {
    const char *page; /* of docs/kernel */
    l4_msgtag_t (*run)(void);
    unsigned phases;
};

enum { FORMS = 9 };
extern const struct form forms[FORMS]; /* the last: reply_and_wait */
#define FOR_EACH(f, with)                                                      \
    for (const struct form *f = forms; f < forms + FORMS; f++)                 \
        if ((f->phases & (with)) == 0)                                         \
            ;                                                                  \
        else

/* What the worker does. */
enum { NO_CODE = 99 };
struct act {
    const struct form *form;
    l4_cap_idx_t dest;
    l4_msgtag_t tag;
    l4_timeout_t timeout;
    l4_umword_t words[4], buffers[4]; /* of its UTCB, before */
    volatile long code, answer;       /* NO_CODE: it has not returned */
};
extern struct act act;
extern struct worker worker;

/* Makes the worker; it would send to the main thread and wait for ever. */
void act_as(const struct form *f);
/* Starts it (prio 0: one above the main thread). A form that replies takes a
 * call first. */
void act_now(unsigned prio);
/* It is over: this thread does not hinder it any more. */
void act_end(void);

/* That the worker's code is `code`, and the row of its page that says so. */
#define ACT_PROVES(code_, when)                                                \
    do {                                                                       \
        CHECK_EQ(act.code, code_);                                             \
        proved(act.form->page, #code_, when);                                  \
    } while (0)

#endif
