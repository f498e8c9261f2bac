/*
 * mmap and its family, over the list of what the program has (ranges.h).
 *
 * Memory comes in pieces (<vitrine/libc.h>) and may go in parts. A piece asked
 * for with PROT_NONE is only an address range; making part of it accessible
 * gives that part memory. This is how musl makes stacks with a guard page
 * below, and how its malloc keeps room to grow.
 */
#define _GNU_SOURCE /* MREMAP_MAYMOVE */
#include "calls.h"
#include "files.h"
#include "ranges.h"

#include <string.h>
#include <sys/mman.h>
#include <vitrine/libc.h>

static long map_locked(unsigned long size, int prot)
{
    struct range *r = range_spare();
    void *start;

    if (!r)
        return -ENOMEM;
    if (prot == PROT_NONE && !vitrine_pages_reserve(&start, size)) {
        range_insert(r, start, size, RESERVED);
        return (long)start;
    }
    if (vitrine_pages_map(&start, size) < 0) {
        range_give(r);
        return -ENOMEM;
    }
    range_insert(r, start, size, MAPPED);
    return (long)start;
}

/* Give memory to what is reserved, and no more, at [start, start + size). */
static long commit_locked(unsigned long start, unsigned long size)
{
    struct range *r;

    r = range_spare();
    if (!r)
        return -ENOMEM;
    if (vitrine_pages_commit((void *)start, size) < 0) {
        range_give(r);
        return -ENOMEM;
    }
    range_insert(r, (void *)start, size, MAPPED);
    return 0;
}

/* Give back what of this kind is inside [start, start + size). */
static long remove_kind(enum kind kind, unsigned long start, unsigned long size)
{
    for (struct range **p = &ranges, *r; (r = *p);) {
        if (r->kind != kind || !range_overlaps(r, start, size)) {
            p = &r->next;
            continue;
        }
        unsigned long from = r->start > start ? r->start : start;
        unsigned long end = r->start + r->size;
        end = end < start + size ? end : start + size;
        struct range *rest = range_spare();
        long error = rest ? 0 : -ENOMEM;
        if (!error && kind == MAPPED)
            error = vitrine_pages_unmap((void *)from, end - from);
        else if (!error)
            error = vitrine_pages_release((void *)from, end - from);
        if (error) {
            if (rest)
                range_give(rest);
            return error;
        }
        range_cut(p, from, end - from, rest);
        p = &ranges;
    }
    return 0;
}

long memory_unmap_locked(unsigned long start, unsigned long size)
{
    return remove_kind(MAPPED, start, size)
               ?: remove_kind(RESERVED, start, size);
}

/* A piece at a place; what was there goes. */
static long map_at_locked(unsigned long start, unsigned long size, int prot)
{
    struct range *r = range_spare();
    long error = r ? memory_unmap_locked(start, size) : -ENOMEM;

    if (!error && prot == PROT_NONE)
        error = vitrine_pages_reserve_at((void *)start, size);
    else if (!error)
        error = vitrine_pages_map_at((void *)start, size);
    if (!error)
        range_insert(r, (void *)start, size,
                     prot == PROT_NONE ? RESERVED : MAPPED);
    else if (r)
        range_give(r);
    return error ?: (long)start;
}

/* New memory is writable. */
long memory_limit_rights(long address, unsigned long size, int prot)
{
    long error = 0;

    if (is_error(address))
        return address;
    if (prot != PROT_NONE && !(prot & PROT_WRITE))
        error = vitrine_pages_protect((void *)address, size, prot);
    return error ?: address;
}

long memory_map(unsigned long start, unsigned long size, int prot, int flags)
{
    long result;

    lock_take(&memory_lock);
    if (flags & MAP_FIXED)
        result = map_at_locked(start, size, prot);
    else
        result = map_locked(size, prot);
    result = memory_limit_rights(result, size, prot);
    lock_drop(&memory_lock);
    return result;
}

/* address, length, protection, flags, file, offset */
long call_mmap(const long *a)
{
    unsigned long size = page_round(a[1]);
    struct file *file;

    if (!size || (a[0] & (PAGE - 1)))
        return -EINVAL;
    if (a[3] & MAP_ANONYMOUS)
        return memory_map(a[0], size, a[2], a[3]);
    if (a[5] & (PAGE - 1))
        return -EINVAL;
    file = file_take(a[4]);
    if (!file)
        return -EBADF;
    long result = file_mmap(file, a, size);
    file_drop(file);
    return result;
}

long call_munmap(const long *a)
{
    unsigned long size = page_round(a[1]);
    long result;

    if (!size || (a[0] & (PAGE - 1)))
        return -EINVAL;
    lock_take(&memory_lock);
    result = memory_unmap_locked(a[0], size);
    lock_drop(&memory_lock);
    return result;
}

/* Moves what is at `old` to a larger place. */
static long move(unsigned long old, unsigned long old_size, unsigned long size)
{
    const long undo[6] = {old, old_size};
    long address = memory_map(0, size, PROT_READ | PROT_WRITE, 0);

    if (is_error(address))
        return address;
    memcpy((void *)address, (const void *)old, old_size);
    call_munmap(undo);
    return address;
}

/*
 * address, old size, new size, flags. A piece grows by being copied.
 */
long call_mremap(const long *a)
{
    unsigned long old_size = page_round(a[1]), size = page_round(a[2]);
    const long tail[6] = {a[0] + size, old_size - size};
    struct range *r;
    int is_shared;

    if (!old_size || !size || (a[0] & (PAGE - 1)) || (a[3] & ~MREMAP_MAYMOVE))
        return -EINVAL;
    lock_take(&memory_lock);
    r = range_holder(MAPPED, a[0], old_size);
    is_shared = r && r->mapping;
    lock_drop(&memory_lock);
    if (!r)
        return -EFAULT;
    if (size < old_size)
        return call_munmap(tail) ?: a[0];
    if (size == old_size)
        return a[0];
    return a[3] & MREMAP_MAYMOVE && !is_shared ? move(a[0], old_size, size)
                                               : -ENOMEM;
}

/* The stretch from `at` on, before `end`, that is all MAPPED, or all reserved
 * without memory: where it ends; `at`: neither. */
static unsigned long stretch(unsigned long at, unsigned long end,
                             enum kind *ret_kind)
{
    struct range *r = range_holder(MAPPED, at, 1);

    *ret_kind = r ? MAPPED : RESERVED;
    if (!r) {
        end = range_next(at, end);
        r = range_holder(RESERVED, at, 1);
    }
    if (!r)
        return at;
    return r->start + r->size < end ? r->start + r->size : end;
}

static int is_covered(unsigned long start, unsigned long end)
{
    enum kind kind;
    unsigned long at = start, next;

    while (at < end && (next = stretch(at, end, &kind)) > at)
        at = next;
    return at >= end;
}

static long protect_locked(unsigned long start, unsigned long end, int prot)
{
    enum kind kind;
    long error = 0;

    for (unsigned long at = start, next; at < end && !error; at = next) {
        next = stretch(at, end, &kind);
        if (kind == RESERVED && prot != PROT_NONE)
            error = commit_locked(at, next - at);
        int is_there = kind == MAPPED || prot != PROT_NONE;
        if (!error && is_there && (kind == MAPPED || !(prot & PROT_WRITE)))
            error = vitrine_pages_protect((void *)at, next - at, prot);
    }
    return error;
}

long call_mprotect(const long *a)
{
    unsigned long start = a[0], size = page_round(a[1]);
    long result;

    if (start & (PAGE - 1))
        return -EINVAL;
    lock_take(&memory_lock);
    result = is_covered(start, start + size)
                 ? protect_locked(start, start + size, a[2])
                 : -ENOMEM;
    lock_drop(&memory_lock);
    return result;
}

/*
 * The "program break": a fixed piece, got at the first call. musl's malloc
 * keeps its own records there and goes on with mmap when it is full.
 */
long call_brk(const long *a)
{
    enum { ROOM = 8 * PAGE };
    static unsigned long bottom, top;
    unsigned long wanted = a[0];

    if (!bottom) {
        long start = memory_map(0, ROOM, PROT_READ | PROT_WRITE, 0);
        if (is_error(start))
            return 0;
        bottom = top = start;
    }
    if (wanted >= bottom && wanted <= bottom + ROOM)
        top = wanted;
    return top;
}

/* Advice is taken and not followed. */
long call_madvise(const long *a)
{
    (void)a;
    return 0;
}
