/* Traces with one fault each, for the findings' tests: deadlock, stuck,
 * inversion, leak, chatty; and clean, where nothing is to be found. */
#ifndef TESTS_PLANTED_H
#define TESTS_PLANTED_H

#include "writer.h"

/* False: there is no such fault. */
bool write_planted(struct writer *w, const char *what);

#endif
