/*
 * The messages of a trace, as diagrams want them: who to whom, what, and
 * which reply belongs to which call.
 *
 *      call  client -> server   "proto 0x77: 0x3"     pair --+
 *      reply server -> client   "ok"                  <------+
 *
 * Kernel objects answer at once: INVOKE and RESULT become a call to
 * participant 0, the kernel, and its reply. A fault nobody handled and the
 * end of the system are messages without a receiver: notes.
 */
#ifndef TOOLS_MESSAGES_H
#define TOOLS_MESSAGES_H

#include "view.h"

enum message_kind {
    MESSAGE_CALL,
    MESSAGE_SEND,
    MESSAGE_REPLY,
    MESSAGE_IRQ,
    MESSAGE_FAULT,  /* page fault or exception: a call by the kernel */
    MESSAGE_INVOKE, /* call of a kernel object */
    MESSAGE_RESULT,
    MESSAGE_ERROR,  /* note: an IPC ended with an error */
    MESSAGE_REPORT, /* note: unhandled fault */
    MESSAGE_NOTE,   /* note: mark, program loaded, end */
};

enum { MESSAGE_MORE = 5 };

struct message {
    uint64_t time;
    enum message_kind kind;
    uint32_t from, to; /* threads; 0: the kernel; notes: to == from */
    uint32_t via;      /* gate, IRQ or kernel object; 0: none */
    uint32_t pair;     /* index + 1 of the reply or call, 0: none */
    bool items;
    uint8_t more_count; /* how many of `more` are there */
    struct vtr_record record;
    uint64_t more[MESSAGE_MORE]; /* words behind the record's two */
};

struct messages {
    struct message *all;
    size_t count, room;
    size_t beyond; /* there was no room for */
};

/* The messages the view asks for, in order; reads the trace from where the
 * reader is. While the view limits the diagram at all, no more than
 * MESSAGES_MAX are kept: memory stays bounded however long the trace. */
enum { MESSAGES_MAX = 200000 };
void messages_collect(struct messages *m, struct view *v);
void messages_free(struct messages *m);

/* The message that the record is which view_next() gave last (v NULL: without
 * the words that go before it); false: it is
 * none. */
bool message_from_record(const struct view *v, const struct vtr_record *r,
                         struct message *ret_message);
/* Adds the words that the view has read of it, of an IPC record's message. */
void message_add_words(const struct view *v, struct message *m);
/* Does the view ask for it? */
bool message_wanted(const struct view *v, const struct message *m);

bool message_is_note(const struct message *m);
bool message_is_sleep(const struct message *m);
bool message_is_answer(const struct message *m);

/* What stands on the arrow, in `to` (MESSAGE_TEXT bytes). */
enum { MESSAGE_TEXT = 160 };
const char *message_text(const struct message *m, const struct names *n,
                         char *to);

#endif
