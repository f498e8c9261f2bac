/*
 * The moment worth drawing when nobody says which.
 *
 * Programs end, and at the end of a run their capabilities are gone. So the
 * picture shows the system when it was fullest: the most tasks, and twice as
 * dear, capabilities of programs to gates of other programs. It is looked
 * at each time before something is taken away.
 */
#ifndef TOOLS_PEAK_H
#define TOOLS_PEAK_H

#include "input.h"

/* How many records lead there, and when that was. Leaves the reader at the
 * end. */
uint64_t peak_find(struct input *in, uint64_t *ret_time);

#endif
