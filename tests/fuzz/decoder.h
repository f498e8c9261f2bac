/*
 * What generated harnesses (NAME-fuzz.c, tools/interface) are driven with: both
 * sides' decoders of one interface.
 *
 *      input --> request --> NAME_dispatch() --> handlers: are the arguments
 *                                                what the description says?
 *      input --> answer  --> stubs           --> the same of what is returned
 *
 * A request's words lie in memory of just that size, so that the sanitizer
 * sees a read behind their end.
 */
#ifndef FUZZ_DECODER_H
#define FUZZ_DECODER_H

#include "input.h"
#include <l4/re/c/server.h>

enum { DECODER_METHODS = 32, DECODER_CAP = 0x123000, DECODER_DATA = 512 };

struct decoder {
    const struct l4re_interface *interface;
    const void *methods;
    void (*ask[DECODER_METHODS])(void); /* the stubs */
    unsigned count;
};
extern const struct decoder decoder; /* the harness has it */

extern const char decoder_data[DECODER_DATA];

/* End the run unless it is a text of at most `most` bytes; bytes that can be
 * read, at most that many; a capability that came with the request. */
void decoder_text(const char *text, size_t most);
void decoder_bytes(const void *bytes, size_t size, size_t most);
void decoder_cap(l4_cap_idx_t cap, bool optional);

/* What a handler gives: of any size that is allowed. */
void decoder_fill_text(char *text, size_t most);
void decoder_fill_bytes(void *bytes, size_t *inout_size, size_t most);
long decoder_result(void);

/* For stubs: a text, sometimes too long; room of just `size` bytes. */
const char *decoder_make_text(size_t most);
void *decoder_room(size_t size);

#endif
