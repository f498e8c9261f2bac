/*
 * A sequence diagram before it is drawn: columns, rows, and the folding of
 * what repeats. SVG and Mermaid draw the same one.
 *
 *      messages  a b a b a b c d            rows  loop 3x { a b } c d
 *
 * A run of up to LOOP_MAX messages that comes again and again, equal but for
 * its data words, is shown once in a loop frame.
 *
 * Where that is still more than was asked for, the least interesting
 * messages go first: the talk of root servers and loader among themselves,
 * then programs' use of them. Then the end is cut off.
 */
#ifndef TOOLS_DIAGRAM_H
#define TOOLS_DIAGRAM_H

#include "messages.h"

enum { LOOP_MAX = 12 };

struct column {
    uint32_t thread; /* 0: the kernel */
    uint32_t task;
    char title[TITLE_SIZE];
};

struct row {
    const struct message *message;
    unsigned from, to;    /* columns */
    unsigned loop_length; /* first row of a loop: rows in it, else 0 */
    unsigned loop_times;
    uint64_t loop_end; /* when the last round was over */
    size_t hidden;     /* messages left out right before this row */
};

struct diagram {
    struct messages messages;
    struct column *columns;
    size_t column_count, column_room;
    struct row *rows;
    size_t row_count, row_room;
    size_t hidden;   /* left out in between */
    size_t left_out; /* messages behind the last row */
};

/* Reads what the view asks for. */
void diagram_make(struct diagram *d, struct view *v);
void diagram_free(struct diagram *d);

#endif
