/*
 * What a spawned program inherits beside capabilities. See origin.c.
 */
#ifndef GLUE_ORIGIN_H
#define GLUE_ORIGIN_H

#include "calls.h"

#include <spawn.h>

#define ORIGIN_TEXT_MAX 80

/* At the start of a program: reads its origin and takes it out of the
 * environment. */
GLUE_HIDDEN void origin_read(void);

/* What a child is told, by the attributes (0: none), into `text`. */
GLUE_HIDDEN void origin_write(const posix_spawnattr_t *attributes, char *text);

#endif
