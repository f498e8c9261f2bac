/*
 * The messages of meet.c: each scene has a label of its own, MR0 says what is
 * special about the message.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

enum {
    SCENE_EARLY = 0xb01, /* the receiver is there first */
    SCENE_LATE,          /* the sender is there first */
    SCENE_ORDER,         /* three senders wait; MR0: their priority */
    SCENE_CLOSED,        /* MR0: 1 who is waited for, 2 who is not */
    SCENE_NOBODY,        /* nobody takes it */
    SCENE_CALL,          /* MR0: a number; the answer has the next one */
    SCENE_CHANGE,        /* one server, two callers: the answers */
    SCENE_WINDOW,        /* a map item, and no window for it */
    SCENE_END,
};

#endif
