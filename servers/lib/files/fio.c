/*
 * Files for C programs (see fio.h).
 */
#include "fio.h"
#include "file-client.h"
#include "fs-client.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <string.h>

/* ---- Open and closed ---- */

void fio_from_cap(l4_cap_idx_t cap, struct fio *ret_f)
{
    *ret_f = (struct fio){.cap = cap};
}

long fio_open(l4_cap_idx_t fs, const char *path, unsigned flags, unsigned mode,
              struct fio *ret_f)
{
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(cap))
        return -L4_ENOMEM;
    long error = fs_open(fs, path, flags, mode, cap);
    if (error < 0) {
        l4re_util_cap_free_um(cap);
        return error;
    }
    fio_from_cap(cap, ret_f);
    return 0;
}

void fio_close(struct fio *f)
{
    l4re_ds_t memory = L4_INVALID_CAP;
    if (f->buffer && l4re_rm_detach_ds(f->buffer, &memory) >= 0 &&
        l4_is_valid_cap(memory))
        l4re_util_cap_free_um(memory);
    l4re_util_cap_free_um(f->cap);
    *f = (struct fio){.cap = L4_INVALID_CAP};
}

/* ---- A buffer shared with the server ---- */

static bool attach(struct fio *f, l4re_ds_t memory, size_t size)
{
    void *at = NULL;
    if (l4re_rm_attach(&at, size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW, memory,
                       0, L4_PAGESHIFT) < 0)
        return false;
    f->buffer = at;
    f->buffer_size = size;
    return true;
}

/* Is there one? The server is asked the first time. */
static bool has_buffer(struct fio *f)
{
    l4_umword_t number, size;
    if (f->has_asked)
        return f->buffer != NULL;
    f->has_asked = true;
    l4re_ds_t memory = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(memory))
        return false;
    long error = file_share(f->cap, &number, &size, memory);
    f->is_stream = error == -FILES_ESPIPE;
    if (error < 0 || !attach(f, memory, size)) {
        l4re_util_cap_free_um(memory);
        return false;
    }
    f->buffer_number = (unsigned)number;
    return true;
}

/* ---- Reading and writing ---- */

/* How much of `size` moves at once: what a message holds, or a buffer. */
static size_t piece_of(struct fio *f, size_t size, size_t message)
{
    if (size <= message)
        return size;
    size_t most = has_buffer(f) ? f->buffer_size : message;
    return size < most ? size : most;
}

static long read_piece(struct fio *f, l4_umword_t at, void *to, size_t size)
{
    l4_umword_t moved;
    if (size <= FILE_READ_DATA_MAX) {
        long error = file_read(f->cap, at, size, to, &size);
        return error < 0 ? error : (long)size;
    }
    long error =
        file_read_shared(f->cap, at, f->buffer_number, 0, size, &moved);
    if (error < 0)
        return error;
    if (moved > size)
        return -L4_EIO;
    memcpy(to, f->buffer, moved);
    return (long)moved;
}

static long write_piece(struct fio *f, l4_umword_t at, const void *from,
                        size_t size)
{
    l4_umword_t moved = 0;
    long error;
    if (size <= FILE_WRITE_DATA_MAX) {
        error = file_write(f->cap, at, from, size, &moved);
    } else {
        memcpy(f->buffer, from, size);
        error =
            file_write_shared(f->cap, at, f->buffer_number, 0, size, &moved);
    }
    if (error < 0)
        return error;
    return moved > size ? -L4_EIO : (long)moved;
}

/* A piece that was not filled ends it: the file's end, or all a pipe has. */
long fio_read(struct fio *f, l4_umword_t at, void *to, size_t size)
{
    size_t done = 0;
    while (done < size) {
        l4_umword_t from = at == FILES_HERE ? at : at + done;
        size_t piece = piece_of(f, size - done, FILE_READ_DATA_MAX);
        long got = read_piece(f, from, (char *)to + done, piece);
        if (got < 0)
            return done ? (long)done : got;
        done += (size_t)got;
        if ((size_t)got < piece || f->is_stream)
            break;
    }
    return (long)done;
}

long fio_write(struct fio *f, l4_umword_t at, const void *from, size_t size)
{
    size_t done = 0;
    while (done < size) {
        l4_umword_t to = at == FILES_HERE ? at : at + done;
        size_t piece = piece_of(f, size - done, FILE_WRITE_DATA_MAX);
        long put = write_piece(f, to, (const char *)from + done, piece);
        if (put < 0)
            return done ? (long)done : put;
        done += (size_t)put;
        if (!put)
            break;
    }
    return (long)done;
}

/* ---- Directories ---- */

enum { RECORD_HEAD = 10 }; /* inode, kind, length of the name */

/* The records of one answer. 0: all of them went to `each`. */
static long each_record(const char *records, size_t size,
                        long (*each)(void *data, const char *name,
                                     unsigned kind, l4_uint64_t inode),
                        void *data)
{
    size_t at = 0;
    while (at + RECORD_HEAD <= size) {
        l4_uint64_t inode;
        char name[FILES_NAME_MAX + 1];
        memcpy(&inode, records + at, sizeof inode);
        unsigned kind = (unsigned char)records[at + 8];
        size_t length = (unsigned char)records[at + 9];
        if (length > size - at - RECORD_HEAD)
            return -L4_EIO;
        memcpy(name, records + at + RECORD_HEAD, length);
        name[length] = 0;
        long result = each(data, name, kind << 12, inode);
        if (result)
            return result;
        at += RECORD_HEAD + length;
    }
    return 0;
}

long fio_entries(struct fio *f,
                 long (*each)(void *data, const char *name, unsigned kind,
                              l4_uint64_t inode),
                 void *data)
{
    l4_umword_t at = 0;
    for (;;) {
        char records[FILE_ENTRIES_RECORDS_MAX];
        size_t size = sizeof records;
        long result = file_entries(f->cap, at, &at, records, &size);
        if (result >= 0 && !size)
            return 0;
        if (result >= 0)
            result = each_record(records, size, each, data);
        if (result)
            return result;
    }
}
