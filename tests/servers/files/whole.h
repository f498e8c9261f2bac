/*
 * What both tests of files do with a file in one step.
 */
#ifndef TESTS_FILES_WHOLE_H
#define TESTS_FILES_WHOLE_H

#include "fio.h"

/* Up to `room` bytes of the file: how many, or the error. */
static inline long get_file(l4_cap_idx_t fs, const char *path, void *data,
                            size_t room)
{
    struct fio f;
    long error = fio_open(fs, path, FILES_READ, 0, &f);
    if (error < 0)
        return error;
    long got = fio_read(&f, FILES_HERE, data, room);
    fio_close(&f);
    return got;
}

/* Whether it can be opened so; it is not kept open. */
static inline long open_only(l4_cap_idx_t fs, const char *path, unsigned flags)
{
    struct fio f;
    long error = fio_open(fs, path, flags, 0600, &f);
    if (error >= 0)
        fio_close(&f);
    return error;
}

#endif
