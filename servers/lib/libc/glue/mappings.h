/*
 * Files that are mapped: their content as memory which programs share.
 *
 *   range (memory.c) --+-> struct mapping -> capability   mapping.iface
 *   range of the rest -+                                  (the file's server)
 *
 * A mapping lasts as long as any part of it is mapped; by its capability the
 * file's server knows that this program is there. Threads of several programs
 * wait for each other at words of such memory through that server: a word is
 * named by its place in the file.
 *
 *  I1  `uses` counts the ranges of a mapping plus the calls that work on it,
 *      under the memory lock.
 */
#ifndef GLUE_MAPPINGS_H
#define GLUE_MAPPINGS_H

#include "calls.h"

#include <l4/re/c/dataspace.h>
#include <l4/sys/types.h>

struct mapping {
    l4_cap_idx_t cap;
    unsigned uses; /* I1 */
};

/* What a server gives for a file that is to be mapped. */
struct file_memory {
    l4re_ds_t memory;
    struct mapping *mapping;
    unsigned long size; /* of the memory, bytes */
};

/* A word in memory that programs share. */
struct shared_word {
    struct mapping *mapping;
    unsigned long offset; /* in the file */
};

/* Asks the server of an open file; one use of the mapping is the caller's. */
GLUE_HIDDEN long file_memory_get(l4_cap_idx_t file, int is_writable,
                                 struct file_memory *ret_memory);
GLUE_HIDDEN void file_memory_drop(struct file_memory *memory);

/* Shows part of it at *address, or where there is room (0). The memory's
 * capability passes to the region map. */
GLUE_HIDDEN long file_memory_show(const struct file_memory *memory,
                                  unsigned long offset, int is_writable,
                                  void **address, unsigned long size);

/* The same with a copy of this program's own: pages are shared with the file
 * until somebody writes. */
GLUE_HIDDEN long file_memory_copy(const struct file_memory *memory,
                                  unsigned long offset, void **address,
                                  unsigned long size);

/* One use less. */
GLUE_HIDDEN void mapping_drop(struct mapping *mapping);

/* What was stored goes to the file. */
GLUE_HIDDEN long mapping_store(const struct mapping *mapping);

/* memory.c: does `word` lie in a mapped file? Then it is in use until dropped.
 */
GLUE_HIDDEN int memory_find_shared(const volatile void *word,
                                   struct shared_word *ret_word);
GLUE_HIDDEN void memory_drop_shared(const struct shared_word *word);

/* As those of futex.c for words of one program. */
GLUE_HIDDEN long shared_wait(const struct shared_word *word, int value,
                             l4_uint64_t deadline);
GLUE_HIDDEN long shared_wake(const struct shared_word *word, long limit);

#endif
