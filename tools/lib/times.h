/* Virtual times as people write them: 1500, 1500ns, 1.5us, 20ms, 2s. */
#ifndef TOOLS_TIMES_H
#define TOOLS_TIMES_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the time at the start of *text and moves *text behind it. */
bool time_read(const char **text, uint64_t *ret_ns);
/* The same, of the whole text. */
bool time_parse(const char *text, uint64_t *ret_ns);
/* "A..B"; a missing A is 0, a missing B the end of all times. */
bool time_span(const char *text, uint64_t *ret_from, uint64_t *ret_until);
/* "1.500 us" in `to`: three digits behind the point, a unit that fits. */
enum { TIME_TEXT = 32 };
const char *time_text(uint64_t ns, char to[TIME_TEXT]);

#endif
