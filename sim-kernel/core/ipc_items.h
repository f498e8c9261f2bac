/*
 * Typed items: memory and capabilities that travel with a message.
 *
 * A message may carry 31 items of any size, so handing them over may take
 * long and stops at preemption points. How far it came is a cursor:
 *
 *      item 0     item 1     item 2
 *      [ done ]   [ . . ^ ]  [      ]     window, head and flexpage of the
 *                       behind            one in the middle, as they were
 *
 * What sender and receiver do meanwhile to their message and buffer registers
 * decides about later items only.
 */
#ifndef CORE_IPC_ITEMS_H
#define CORE_IPC_ITEMS_H

#include "port.h"

struct task;
struct thread;

struct item_cursor {
    uint8_t words, items; /* of the message */
    uint8_t item;         /* at work, or the next */
    bool inside;          /* in the middle of it: the following hold */
    bool mapped;          /* something of it was */
    bool implied;         /* one window over all memory (fault answers) */
    uint8_t next[4];      /* buffer register to be used next, per type */
    uint8_t order;        /* of the window, */
    word_t where;         /* which begins here, */
    struct task *task;    /* and gets the item */
    word_t head, fpage;   /* the item itself */
    word_t behind;        /* how much of it is done */
};

/* No IPC error code: stopped at a preemption point. */
enum { ITEM_AGAIN = 0x100 };

/* The items of a message of s with so many words, to r. */
void item_begin(struct item_cursor *c, const struct thread *r, unsigned words,
                unsigned items);
/* Goes on with it: from s's message registers, results to `dst`. 0, an L4 IPC
 * error code, ITEM_AGAIN: call again; until then c->task, if c->inside, is to
 * be pinned. */
unsigned item_go_on(struct item_cursor *c, struct thread *s, struct thread *r,
                    word_t *dst);
/* One map item from task to task (l4_task_map): head word and flexpage as in
 * a message, into a window of everything. 0 or -L4_E*; -L4_EAGAIN: stopped at
 * a preemption point, *behind (0 at first) tells where to go on. */
long item_map_whole(struct task *src, struct task *dst, word_t head, word_t raw,
                    bool keep_s, word_t *behind);

#endif
