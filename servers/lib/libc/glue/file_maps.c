/*
 * mmap() of files.
 *
 *   MAP_SHARED    the memory that the file's server shares with all who map it
 *   MAP_PRIVATE   a copy: pages are shared until somebody writes; short files,
 *                 and those whose servers give no memory, are read at once
 *
 * What a boot module has never changes, so a copy is as good as the memory.
 */
#include "files.h"
#include "ranges.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <vitrine/libc.h>

#define SHORT_FILE (4 * PAGE) /* is rather read than mapped */

/* A copy of part of a file, read now. */
static long read_file(struct file *file, const long *a, unsigned long size)
{
    long address =
        memory_map(a[0], size, PROT_READ | PROT_WRITE, a[3] & MAP_FIXED);
    long got;

    if (is_error(address))
        return address;
    got = file_read_at(file, (void *)address, size, a[5]);
    if (got >= 0)
        got = memory_limit_rights(address, size, a[2]);
    if (is_error(got)) {
        const long undo[6] = {address, size};
        call_munmap(undo);
        return got;
    }
    return address;
}

struct view {
    struct file_memory memory;
    unsigned long offset, size;
    int is_shared, is_writable; /* within what it can be */
};

static long show_locked(struct view *v, unsigned long place)
{
    struct range *r = range_spare();
    void *address = (void *)place;
    long error = r ? 0 : -ENOMEM;

    if (!error && place)
        error = memory_unmap_locked(place, v->size);
    if (!error)
        error =
            v->is_shared
                ? file_memory_show(&v->memory, v->offset, v->is_writable,
                                   &address, v->size)
                : file_memory_copy(&v->memory, v->offset, &address, v->size);
    if (error) {
        if (r)
            range_give(r);
        return error;
    }
    range_insert(r, address, v->size, MAPPED);
    if (v->is_shared) {
        r->mapping = v->memory.mapping;
        r->offset = v->offset;
        v->memory = (struct file_memory){.memory = L4_INVALID_CAP};
    }
    return (long)address;
}

/* Shows what the file's server has given. */
static long show(struct view *v, const long *a)
{
    long result = v->offset < v->memory.size ? 0 : -ENXIO;

    if (v->is_shared && !result && v->size > v->memory.size - v->offset)
        result = -ENXIO;
    lock_take(&memory_lock);
    if (!result)
        result = show_locked(v, a[3] & MAP_FIXED ? a[0] : 0);
    if (!is_error(result) && (a[2] & PROT_WRITE) == 0 &&
        (v->is_writable || !a[2]))
        result = vitrine_pages_protect((void *)result, v->size, a[2]) ?: result;
    if (v->memory.mapping)
        file_memory_drop(&v->memory);
    lock_drop(&memory_lock);
    return result;
}

/* Is there anything to share a short, private copy for? */
static int is_short(struct file *file)
{
    struct stat stat;

    return file_get_stat(file, &stat) || (size_t)stat.st_size < SHORT_FILE;
}

long file_mmap(struct file *file, const long *a, unsigned long size)
{
    struct view v = {.offset = a[5], .size = size};
    const int mode = file->flags & O_ACCMODE;
    long error;

    v.is_shared = (a[3] & MAP_TYPE) != MAP_PRIVATE;
    if (mode == O_WRONLY ||
        (v.is_shared && (a[2] & PROT_WRITE) && mode != O_RDWR))
        return -EACCES;
    if (!v.is_shared && (!file->kind->map || is_short(file)))
        return read_file(file, a, size);
    if (!file->kind->map)
        return file->kind->is_constant ? read_file(file, a, size) : -ENODEV;
    error = file->kind->map(file, v.is_shared && mode == O_RDWR, &v.memory);
    if (error && !v.is_shared)
        return read_file(file, a, size);
    if (error)
        return error == -EINVAL ? -ENXIO : error; /* an empty file */
    v.is_writable = !v.is_shared || mode == O_RDWR;
    return show(&v, a);
}

int memory_find_shared(const volatile void *word, struct shared_word *ret_word)
{
    const unsigned long at = (unsigned long)word;
    struct range *r;

    lock_take(&memory_lock);
    r = range_holder(MAPPED, at, 1);
    if (r && r->mapping) {
        r->mapping->uses++;
        *ret_word =
            (struct shared_word){r->mapping, r->offset + (at - r->start)};
    }
    lock_drop(&memory_lock);
    return r && r->mapping;
}

void memory_drop_shared(const struct shared_word *word)
{
    lock_take(&memory_lock);
    mapping_drop(word->mapping);
    lock_drop(&memory_lock);
}

/* What is mapped at `at` of a file goes there; the end of that, or an error. */
static long store_from(unsigned long at)
{
    struct shared_word word;
    struct range *r;
    unsigned long end;
    long error = 0;

    lock_take(&memory_lock);
    r = range_holder(MAPPED, at, 1);
    end = r ? r->start + r->size : 0;
    lock_drop(&memory_lock);
    if (!r)
        return -ENOMEM;
    if (memory_find_shared((void *)at, &word)) {
        error = mapping_store(word.mapping);
        memory_drop_shared(&word);
    }
    return error < 0 ? error : (long)end;
}

/* address, length, flags: MS_ASYNC is MS_SYNC */
long call_msync(const long *a)
{
    unsigned long at = a[0], end = a[0] + page_round(a[1]);

    if (at & (PAGE - 1))
        return -EINVAL;
    while (at < end) {
        long next = store_from(at);
        if (next < 0)
            return next;
        at = next;
    }
    return 0;
}
