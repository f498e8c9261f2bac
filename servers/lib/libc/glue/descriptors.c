/*
 * The table of descriptors: small numbers that name open files.
 *
 *   fd -> descriptors[fd] -> struct file, shared by all that dup() made
 *
 *  I1  A new descriptor gets the lowest free number.
 *  I2  A file leaves the table's hands (file_take()) with one use more, so
 *      that closing its last descriptor does not pull it from under a call.
 *
 * 0, 1 and 2, and what else the parent passed on, are opened at the first use
 * of any descriptor: a program that never reads or writes pays nothing.
 */
#include "files.h"
#include "pool.h"

#include <fcntl.h>
#include <l4/re/env.h>

#define DESCRIPTORS 256

struct descriptor {
    struct file *file; /* 0: free */
    int flags;         /* FD_CLOEXEC */
};

static struct lock table_lock;
static struct descriptor descriptors[DESCRIPTORS];
static struct file first_files[4];
static struct pool pool = POOL_OF(first_files, pool_page);
static int is_open; /* the first three */

const struct file_kind unopened_kind;

static void close_file(struct file *file)
{
    if (file->kind->close)
        file->kind->close(file);
    pool_give(&pool, file);
}

struct file *file_new(const struct file_kind *kind, int flags)
{
    struct file *file = pool_take(&pool);

    if (!file)
        return 0;
    *file = (struct file){.kind = kind, .flags = flags, .uses = 1};
    return file;
}

/* "tcp4.12" is 12 and leaves the kind's name; -1: it is another name. */
static long inherited_number(const char *name, char *ret_kind)
{
    long fd = 0;
    int i = 0, digits = 0;

    for (; i < 8 && name[i] && name[i] != '.'; i++)
        ret_kind[i] = name[i];
    if (i == 8 || name[i] != '.')
        return -1;
    ret_kind[i++] = 0;
    for (; i < L4RE_ENV_CAP_NAME_SIZE && name[i]; i++, digits++) {
        if (name[i] < '0' || name[i] > '9')
            return -1;
        fd = fd * 10 + name[i] - '0';
    }
    return digits && fd < DESCRIPTORS ? fd : -1;
}

/* What the parent has passed on beside standard input and output
 * (spawn_files.c). */
static void inherit(void)
{
    const l4re_env_cap_entry_t *c = l4re_env() ? l4re_env()->caps : 0;

    for (; c && c->flags != ~0ul; c++) {
        char kind[8];
        long fd = inherited_number(c->name, kind);
        if (fd >= 0 && !descriptors[fd].file)
            descriptors[fd].file = inherited_file(kind, c->cap);
    }
}

/* Once; a second thread waits in the lock until all three are there. */
static void open_first_three(void)
{
    static struct sleep_lock once;

    if (__atomic_load_n(&is_open, __ATOMIC_ACQUIRE))
        return;
    sleep_lock_take(&once);
    if (!is_open)
        inherit();
    for (int fd = 0; fd < 3; fd++)
        if (!is_open && !descriptors[fd].file)
            descriptors[fd].file = console_file(fd);
    __atomic_store_n(&is_open, 1, __ATOMIC_RELEASE);
    sleep_lock_drop(&once);
}

struct file *file_take(long fd)
{
    struct file *file = 0;

    open_first_three();
    if (fd < 0 || fd >= DESCRIPTORS)
        return 0;
    lock_take(&table_lock);
    file = descriptors[fd].file;
    if (file)
        file->uses++; /* keeps I2 */
    lock_drop(&table_lock);
    return file;
}

void file_use(struct file *file)
{
    lock_take(&table_lock);
    file->uses++;
    lock_drop(&table_lock);
}

void file_drop(struct file *file)
{
    unsigned left;

    lock_take(&table_lock);
    left = --file->uses;
    lock_drop(&table_lock);
    if (!left)
        close_file(file);
}

long file_install(struct file *file, long lowest, int flags)
{
    long fd;

    open_first_three();
    lock_take(&table_lock);
    for (fd = lowest; fd < DESCRIPTORS && descriptors[fd].file; fd++)
        ;
    if (fd < DESCRIPTORS)
        descriptors[fd] = (struct descriptor){
            file, flags & O_CLOEXEC ? FD_CLOEXEC : 0}; /* keeps I1 */
    lock_drop(&table_lock);
    if (fd < DESCRIPTORS)
        return fd;
    file_drop(file);
    return -EMFILE;
}

/* What `fd` named, now free or naming `file`; 0: nothing. */
static struct file *exchange(long fd, struct file *file, int flags)
{
    struct file *old;

    open_first_three();
    lock_take(&table_lock);
    old = descriptors[fd].file;
    descriptors[fd] = (struct descriptor){file, flags};
    lock_drop(&table_lock);
    return old;
}

long call_close(const long *a)
{
    struct file *old = 0;

    if (a[0] >= 0 && a[0] < DESCRIPTORS)
        old = exchange(a[0], 0, 0);
    if (!old)
        return -EBADF;
    file_drop(old);
    return 0;
}

/* Another number, not below `lowest`, for the file of `fd`. */
static long duplicate(long fd, long lowest, int flags)
{
    struct file *file = file_take(fd);

    if (!file)
        return -EBADF;
    if (lowest < 0 || lowest >= DESCRIPTORS) {
        file_drop(file);
        return -EINVAL;
    }
    return file_install(file, lowest, flags);
}

/* fd */
long call_dup(const long *a)
{
    return duplicate(a[0], 0, 0);
}

static long duplicate_to(long from, long to, int flags)
{
    struct file *file = file_take(from), *old;

    if (!file)
        return -EBADF;
    if (to < 0 || to >= DESCRIPTORS) {
        file_drop(file);
        return -EBADF;
    }
    old = exchange(to, file, flags & O_CLOEXEC ? FD_CLOEXEC : 0);
    if (old)
        file_drop(old);
    return to;
}

/* from, to: onto itself is no mistake. */
long call_dup2(const long *a)
{
    if (a[0] != a[1])
        return duplicate_to(a[0], a[1], 0);
    struct file *file = file_take(a[0]);
    if (!file)
        return -EBADF;
    file_drop(file);
    return a[1];
}

/* from, to, flags */
long call_dup3(const long *a)
{
    if (a[0] == a[1] || (a[2] & ~O_CLOEXEC))
        return -EINVAL;
    return duplicate_to(a[0], a[1], a[2]);
}

static long set_status(struct file *file, int flags)
{
    const int changeable = O_APPEND | O_NONBLOCK;

    lock_take(&table_lock);
    file->flags = (file->flags & ~changeable) | (flags & changeable);
    lock_drop(&table_lock);
    return file->kind->set_flags ? file->kind->set_flags(file, file->flags) : 0;
}

static long control(long fd, long command, long argument, struct file *file)
{
    switch (command) {
    case F_DUPFD:
        return duplicate(fd, argument, 0);
    case F_DUPFD_CLOEXEC:
        return duplicate(fd, argument, O_CLOEXEC);
    case F_GETFD:
        return descriptors[fd].flags;
    case F_SETFD:
        descriptors[fd].flags = argument & FD_CLOEXEC;
        return 0;
    case F_GETFL:
        return file->flags;
    case F_SETFL:
        return set_status(file, argument);
    default:
        return -EINVAL; /* locks, owners: there are none */
    }
}

/* fd, command, argument */
long call_fcntl(const long *a)
{
    struct file *file = file_take(a[0]);
    long result;

    if (!file)
        return -EBADF;
    result = control(a[0], a[1], a[2], file);
    file_drop(file);
    return result;
}

int descriptor_is_inherited(long fd)
{
    return fd >= 0 && fd < DESCRIPTORS && descriptors[fd].file &&
           !(descriptors[fd].flags & FD_CLOEXEC);
}
