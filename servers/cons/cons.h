/*
 * What cons answers beyond the vcon protocol (<l4/sys/vcon.h>) and a watch of
 * its end (servers/lib/vcon/vcon_watch.h).
 *
 * As an ICU a client has more lines than input (0): Ctrl-C (1) and Ctrl-Z (2).
 * While one is bound, its key is an interrupt instead of a byte, when all that
 * was typed before has been read; Ctrl-C typed twice acts at once. In line
 * mode Ctrl-D at the start of a line is read as the byte 4.
 */
#ifndef CONS_CONS_H
#define CONS_CONS_H

/* Lines of a client as an ICU. */
enum {
    CLIENT_LINE_INPUT = 0,
    CLIENT_LINE_INTERRUPT = 1, /* Ctrl-C */
    CLIENT_LINE_SUSPEND = 2,   /* Ctrl-Z */
    CLIENT_LINES = 3,
};

#endif
