/*
 * Logs: consoles of programs, told apart by a tag.
 */
#ifndef MOE_LOG_H
#define MOE_LOG_H

#include "object.h"

enum { LOG_TAG_SIZE = 24, LOG_LINE_SIZE = 256 };

struct log {
    struct object object;
    unsigned used;          /* bytes in line */
    unsigned color;         /* of the tag: ANSI 30..37, 0: none */
    char tag[LOG_TAG_SIZE]; /* "" : no prefix */
    char line[LOG_LINE_SIZE];
};

extern const struct object_ops log_ops;

/* color: "red", "green", ... or its first letter; "": none. Unknown colors
 * are none. 0, -L4_ENOMEM. */
long log_create(struct allocator *owner, const char *tag, const char *color,
                struct log **ret_log);

#endif
