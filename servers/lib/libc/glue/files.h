/*
 * File descriptors: a number, a kind, and what the kind needs.
 *
 * Each kind of file is a struct of functions; 0, 1 and 2 are the console.
 * A function a kind does not have is 0 and answers its descriptor's user
 * with an error. `position` belongs to files.c.
 */
#ifndef GLUE_FILES_H
#define GLUE_FILES_H

#include "calls.h"

#include <stddef.h>
#include <sys/stat.h>

struct file;

struct file_kind {
    /* Up to `size` bytes at `offset`; 0 at the end. */
    long (*read)(struct file *file, void *to, size_t size, long offset);
    long (*write)(struct file *file, const void *from, size_t size);
    long (*control)(struct file *file, unsigned long request, void *argument);
    void (*stat)(struct file *file, struct stat *ret_stat);
    void (*close)(struct file *file);
};

struct file {
    const struct file_kind *kind; /* 0: this descriptor is not open */
    long position;                /* bytes */
    const char *data;             /* attached dataspace */
    size_t size;                  /* bytes */
};

extern const struct file_kind console_kind GLUE_HIDDEN;

/* rom_files.c: open by name, read-only; 0 or a negative errno. */
GLUE_HIDDEN long rom_open(const char *path, struct file *ret_file);

/* Reads from an open descriptor without moving its position. */
GLUE_HIDDEN long file_read_at(int fd, void *to, size_t size, long offset);

#endif
