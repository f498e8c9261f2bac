/*
 * Words for message contents: protocols, operations, results.
 *
 * The tag's label says which protocol a request speaks, the first message
 * register often which operation is meant; in an answer the label is the
 * result. Tables follow the public headers (<l4/sys/types.h>, err.h, ...), and
 * interfaces.h has what descriptions declare; the rest is shown as a number.
 */
#ifndef TOOLS_PROTOCOLS_H
#define TOOLS_PROTOCOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

long tag_label(uint64_t tag);
unsigned tag_words(uint64_t tag);
unsigned tag_items(uint64_t tag);

/* "dataspace map", "page fault", "protocol 0x77 op 3" in `to`. */
const char *request_text(uint64_t tag, uint64_t mr0, char *to, size_t size);
/* The same of a message whose first `known` words are there (two or more): with
 * the arguments that are in them, if an interface's description says what they
 * are. */
const char *call_text(uint64_t tag, const uint64_t *words, unsigned known,
                      char *to, size_t size);
/* "ok", "-ENOENT", "42" in `to`. */
const char *result_text(uint64_t tag, char *to, size_t size);
/* "-ENOENT" for 2, NULL: no such error. */
const char *error_name(long code);
/* "send timeout" and so on, for the UTCB's IPC error word; of an answer that
 * did not find a caller: that. */
const char *ipc_error_text(uint64_t code, bool answer);
/* "rws" for capability rights (core/cap.h): r w s d, v: server right. */
const char *rights_text(uint64_t rights, char to[16]);

#endif
