/*
 * What can be asked about a program that was loaded.
 */
#ifndef LOADER_INSPECT_H
#define LOADER_INSPECT_H

#include "loader.h"
#include <stdbool.h>

/* How many slots of its capability table are in use. O(table). */
l4_umword_t loader_caps(const struct loader_app *app);
/* The first slot in use, not below `at`, and its name (LOADER_NAME bytes and
 * a zero), empty if it was given none. -L4_ENOENT: there is none. */
long loader_capability(const struct loader_app *app, l4_umword_t at,
                       l4_umword_t *ret_slot, char *ret_name);
/* The first region of its memory that ends behind `at`. -L4_ENOENT. */
long loader_region(const struct loader_app *app, l4_umword_t at,
                   l4_umword_t *ret_start, l4_umword_t *ret_size,
                   l4_umword_t *ret_flags);

/* us of CPU time, of all its threads, or of its main thread if the loader has
 * no debugger's capability ("jdb"). */
l4_umword_t loader_time(const struct loader_app *app);
/* From now on none of its threads runs (on), or they do again; servers they
 * have called are not harmed. -L4_ENOSYS: the loader has no "jdb". */
long loader_hold(const struct loader_app *app, bool on);

#endif
