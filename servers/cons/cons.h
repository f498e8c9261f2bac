/*
 * What cons answers beyond the vcon protocol (<l4/sys/vcon.h>).
 *
 * As an ICU a client has more lines than input (0): Ctrl-C (1) and Ctrl-Z (2).
 * While one is bound, its key is an interrupt instead of a byte, when all that
 * was typed before has been read; Ctrl-C typed twice acts at once. In line
 * mode Ctrl-D at the start of a line is read as the byte 4.
 */
#ifndef CONS_CONS_H
#define CONS_CONS_H

/* Operation: is answered when cons ends, by the IPC's error. -L4_EBUSY:
 * another thread of this client asks now, or too many clients do. */
enum { CONS_WATCH_OP = 0x10 };

#endif
