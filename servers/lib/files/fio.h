/*
 * Files for C programs that use no POSIX layer, and for the one that does:
 * the calls of fs.iface and file.iface with data of any size.
 *
 *      struct fio f;
 *      if (fio_open(l4re_env_get_cap("fs"), "etc/motd", FILES_READ, 0, &f))
 *          ...
 *      long got = fio_read(&f, FILES_HERE, buffer, sizeof buffer);
 *      fio_close(&f);
 *
 * Small pieces go in messages; for larger ones the server is asked for a
 * buffer, once, and is served without one if it has none left. Results are 0
 * or more, or an error below 0 (files_errno()).
 *
 * A struct fio is one thread's at a time; its capability may be anybody's.
 */
#ifndef FIO_H
#define FIO_H

#include <l4/vitrine/files.h>
#include <stdbool.h>
#include <stddef.h>

struct fio {
    l4_cap_idx_t cap;
    char *buffer; /* shared with the server; NULL: none yet */
    size_t buffer_size;
    unsigned buffer_number;
    bool has_asked; /* for a buffer */
    bool is_stream; /* a pipe: there is none, and no offset */
};

L4_BEGIN_DECLS

/* -L4_ENOMEM: no slot; errors of fs.open. */
long fio_open(l4_cap_idx_t fs, const char *path, unsigned flags, unsigned mode,
              struct fio *ret_f);
/* A file whose capability this program holds; fio_close() gives it up. */
void fio_from_cap(l4_cap_idx_t cap, struct fio *ret_f);
void fio_close(struct fio *f);

/* At most `size` bytes at `at`, or from the position on (FILES_HERE). Fewer at
 * the end, none behind it; of a pipe, what is there. */
long fio_read(struct fio *f, l4_umword_t at, void *to, size_t size);
/* Fewer than `size`: the file system is full. */
long fio_write(struct fio *f, l4_umword_t at, const void *from, size_t size);

/* What a directory has: `each` is called for every name until it returns
 * other than 0, which is the result then. */
long fio_entries(struct fio *f,
                 long (*each)(void *data, const char *name, unsigned kind,
                              l4_uint64_t inode),
                 void *data);

L4_END_DECLS

#endif
