/*
 * What people read of faults and waits, in words: the simulator's reports and
 * the machines' say the same.
 */
#ifndef PORT_TEXTS_H
#define PORT_TEXTS_H

#include "port.h"

/* "page fault", of an enum trap_cause. */
const char *text_of_cause(enum trap_cause cause);
/* "execute", "write" or "read". */
const char *text_of_access(unsigned access);
/* "to send to", of an enum vtr_why. */
const char *text_of_why(unsigned why);

#endif
