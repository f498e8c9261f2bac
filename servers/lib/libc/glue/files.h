/*
 * Open files: a number leads to an open file, which has a kind.
 *
 *   descriptors[fd] ---+-> struct file -> kind     console, boot module,
 *   descriptors[fd'] --+   position, flags         directory, pipe, server
 *
 * Each kind is a struct of functions. A function that a kind does not have
 * is 0 and answers the file's user with an error that says so (files.c).
 *
 * A *tree* is a place where paths lead to: the boot modules (rom_files.c) and
 * the file server (server_files.c). paths.c decides which.
 *
 *  I1  A file's `uses` counts the descriptors that name it plus the calls
 *      that work on it; it is closed when that becomes 0.
 *  I2  `position` and `flags` change only by who has `turn` (files.c).
 */
#ifndef GLUE_FILES_H
#define GLUE_FILES_H

#include "calls.h"
#include "lock.h"

#include <dirent.h>
#include <l4/sys/types.h>
#include <l4/vitrine/files.h>
#include <stddef.h>
#include <sys/stat.h>

/* Longest path, with its 0. */
#define FILE_PATH_MAX (FILES_PATH_MAX + 1)

/* The position that a kind keeps itself, as an offset. */
#define FILE_HERE (-1l)

struct file;
struct file_memory;
struct statfs;

struct file_kind {
    /* Up to `size` bytes at `offset` (seekable kinds); 0 at the end. A kind
     * with `seek` keeps the position itself: FILE_HERE. */
    long (*read)(struct file *file, void *to, size_t size, long offset);
    long (*write)(struct file *file, const void *from, size_t size,
                  long offset);
    long (*control)(struct file *file, unsigned long request, void *argument);
    long (*stat)(struct file *file, struct stat *ret_stat);
    long (*truncate)(struct file *file, long size);
    long (*sync)(struct file *file);
    /* The new position. */
    long (*seek)(struct file *file, long offset, long whence);
    /* O_APPEND and O_NONBLOCK as they shall be. */
    long (*set_flags)(struct file *file, int flags);
    /* Which of the POLL... events in `events` could be had at once. */
    long (*poll)(struct file *file, int events);
    /* From now on tells of changes by ready_tell(); negative: cannot. 0: it
     * does so anyway, or never makes anybody wait. */
    long (*watch)(struct file *file);
    /* Directories: the entry with this number. 0: past the last; name, type
     * and d_ino are filled in. */
    long (*entry)(struct file *file, long number, struct dirent *ret_entry);
    /* The content as memory that all share (mappings.h). */
    long (*map)(struct file *file, int is_writable,
                struct file_memory *ret_memory);
    void (*close)(struct file *file);
    int is_seekable;
    int is_constant; /* nobody ever changes it */
};

struct file {
    const struct file_kind *kind;
    unsigned uses; /* I1, under the table's lock */
    struct sleep_lock turn;
    int flags;                /* O_ACCMODE, O_APPEND, O_NONBLOCK */
    int is_watched;           /* the kind's: its server tells of changes */
    long position;            /* bytes; of directories: entries */
    l4_cap_idx_t cap;         /* of the server's object */
    void *data;               /* the kind's */
    size_t size;              /* bytes of data */
    char path[FILE_PATH_MAX]; /* directories: absolute */
};

/* Where paths lead to. Paths are absolute, without "." and "..". All return
 * 0 or a negative errno; 0 pointers but open and stat: -EROFS. */
struct tree {
    /* Fills in a new file's kind and what the kind needs. */
    long (*open)(const char *path, int flags, mode_t mode, struct file *file);
    /* flags: AT_SYMLINK_NOFOLLOW or 0 */
    long (*stat)(const char *path, int flags, struct stat *ret_stat);
    long (*mkdir)(const char *path, mode_t mode);
    long (*unlink)(const char *path);
    long (*rmdir)(const char *path);
    long (*rename)(const char *from, const char *to);
    long (*link)(const char *old, const char *new);
    long (*symlink)(const char *target, const char *path);
    long (*readlink)(const char *path, char *to, size_t size); /* length */
    long (*chmod)(const char *path, mode_t mode);
    /* 0: as it was */
    long (*set_times)(const char *path, const time_t *accessed,
                      const time_t *modified);
    long (*space)(const char *path, struct statfs *ret_space);
};

/* Name spaces, the boot modules' first; "/" of a program without server;
 * the file server. */
extern const struct tree rom_tree GLUE_HIDDEN;
extern const struct tree root_tree GLUE_HIDDEN;
extern const struct tree server_tree GLUE_HIDDEN;
GLUE_HIDDEN int server_tree_is_there(void);

/* net_files.c: what the resolver reads, where no file server has it.
 * file->path says what; -ENOENT. */
GLUE_HIDDEN long net_file_open(struct file *file);

/* A file's kind until a tree has opened it: nothing can be done with it. */
extern const struct file_kind unopened_kind GLUE_HIDDEN;

/* descriptors.c: the open file behind a number, in use until file_drop();
 * 0: there is none. */
GLUE_HIDDEN struct file *file_take(long fd);
GLUE_HIDDEN void file_use(struct file *file); /* one use more */
GLUE_HIDDEN void file_drop(struct file *file);

/* A new open file with one use, zeroed but for `kind`; 0: no memory. */
GLUE_HIDDEN struct file *file_new(const struct file_kind *kind, int flags);

/* The lowest free number not below `lowest` for a file, whose one use passes
 * to it; -EMFILE (the file is dropped). flags: O_CLOEXEC or 0. */
GLUE_HIDDEN long file_install(struct file *file, long lowest, int flags);

/* Is `fd` handed on to a program that is spawned? */
GLUE_HIDDEN int descriptor_is_inherited(long fd);

/* files.c: reads without moving the position. */
GLUE_HIDDEN long file_read_at(struct file *file, void *to, size_t size,
                              long offset);

/* Its status, zeroed before the kind fills it in. */
GLUE_HIDDEN long file_get_stat(struct file *file, struct stat *ret_stat);

/* poll.c: until one of the POLL... events can be had at once, or the KIP's
 * clock shows `deadline` (-ETIMEDOUT), or a signal comes (-EINTR). */
GLUE_HIDDEN long file_await(struct file *file, int events,
                            l4_uint64_t deadline);

/* console.c: standard input, output and error; another vcon. */
GLUE_HIDDEN struct file *console_file(int fd);
GLUE_HIDDEN struct file *console_open(l4_cap_idx_t vcon);

/* server_files.c: the open file behind a capability from the parent; kind:
 * "fd", "tcp4", ... 0: it is none. */
GLUE_HIDDEN struct file *inherited_file(const char *kind, l4_cap_idx_t cap);

#endif
