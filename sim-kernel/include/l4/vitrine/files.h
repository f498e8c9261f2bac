/*
 * Files: what clients and servers of fs.iface and file.iface agree upon.
 *
 * Numbers are POSIX's where there is one (kinds and permissions of a mode,
 * errors), so that a C library passes them on.
 */
#ifndef L4_VITRINE_FILES_H
#define L4_VITRINE_FILES_H

#include <l4/sys/err.h>
#include <l4/sys/types.h>

enum {
    FILES_PATH_MAX = 240, /* bytes, without the zero */
    FILES_NAME_MAX = 255,
};

/* The position of the open file, as an offset. */
#define FILES_HERE (~(l4_umword_t)0)

/* No file is longer. */
#define FILES_SIZE_MAX ((l4_uint64_t)~0 >> 1)

/* How to open. */
enum {
    FILES_READ = 0x1,
    FILES_WRITE = 0x2,
    FILES_APPEND = 0x4, /* each write goes to the end */
    FILES_CREATE = 0x8,
    FILES_EXCLUSIVE = 0x10, /* with CREATE: it must not be there */
    FILES_TRUNCATE = 0x20,
    FILES_DIRECTORY = 0x40, /* it must be one */
    FILES_NONBLOCK = 0x80,  /* -L4_EAGAIN instead of waiting */
    FILES_NOFOLLOW = 0x100, /* a link at the end is meant itself */
    FILES_READ_ONLY = 0x200 /* fs.root: nothing can be changed through it */
};

/* file.wait */
enum { FILES_CAN_READ = 1, FILES_CAN_WRITE = 2, FILES_HUNG_UP = 4 };

/* fs.change */
enum { FILES_SET_MODE = 1, FILES_SET_ACCESSED = 2, FILES_SET_MODIFIED = 4 };

/* Kinds, in a mode; a directory's entry has them shifted by 12. */
enum {
    FILES_KIND = 0170000,
    FILES_KIND_PIPE = 0010000,
    FILES_KIND_TERMINAL = 0020000,
    FILES_KIND_DIRECTORY = 0040000,
    FILES_KIND_REGULAR = 0100000,
    FILES_KIND_LINK = 0120000,
};

/* What is known of a file. Times are seconds since 1970. */
struct files_status {
    l4_uint64_t inode, mode, links, owner, group;
    l4_uint64_t size;       /* bytes */
    l4_uint64_t blocks;     /* of 512 bytes, in use */
    l4_uint64_t block_size; /* bytes that are best moved at once */
    l4_uint64_t device;     /* which file system: a number of the server's */
    l4_uint64_t accessed, modified, changed;
};

/* Errors of POSIX that L4 has no name for. */
enum {
    FILES_EBADF = 9,
    FILES_EXDEV = 18,
    FILES_EISDIR = 21,
    FILES_EMFILE = 24,
    FILES_ENOTTY = 25,
    FILES_EFBIG = 27,
    FILES_ESPIPE = 29,
    FILES_EROFS = 30,
    FILES_EMLINK = 31,
    FILES_EPIPE = 32,
    FILES_ELOOP = 40,
    FILES_EPROTO = 71,
};

/* The errno (positive) of a result below 0, as musl and Linux number them. */
L4_INLINE int files_errno(long error)
{
    if (error == -L4_EBADPROTO)
        return FILES_EPROTO; /* 39 is ENOTEMPTY there */
    return error < 0 && error > -L4_ERRNOMAX ? (int)-error : L4_EIO;
}

#endif
