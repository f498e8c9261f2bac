/*
 * What can be asked about a program that was loaded.
 */
#ifndef LOADER_INSPECT_H
#define LOADER_INSPECT_H

#include "loader.h"

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

#endif
