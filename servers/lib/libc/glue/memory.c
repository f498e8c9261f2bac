/*
 * mmap and its family: a list of what the program has.
 *
 *   ranges -> [start, size, MAPPED]  -> [start, size, RESERVED] -> 0
 *
 * Memory comes in pieces (<vitrine/libc.h>) and may go in parts. A piece asked
 * for with PROT_NONE is only an address range; making part of it accessible
 * gives that part memory. This is how musl makes stacks with a guard page
 * below, and how its malloc keeps room to grow.
 *
 *  I1  MAPPED ranges do not overlap each other, nor do RESERVED ones; a MAPPED
 *      one lies wholly inside one RESERVED range or outside all of them.
 *  I2  What a range covers is the page source's to give: memory behind all of a
 *      MAPPED one, whatever rights it has at the moment.
 *
 * Simplified: a file is mapped as a private copy.
 */
#define _GNU_SOURCE /* MREMAP_MAYMOVE */
#include "calls.h"
#include "files.h"
#include "lock.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <vitrine/libc.h>

#define PAGE 4096ul

enum kind { MAPPED, RESERVED };

struct range {
    struct range *next;
    unsigned long start, size; /* bytes, multiples of PAGE */
    enum kind kind;
};

static struct lock memory_lock;
static struct range *ranges, *spare;
static struct range first_spares[32];

static unsigned long round_up(unsigned long size)
{
    return (size + PAGE - 1) & -PAGE;
}

static void add_spares(struct range *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        records[i].next = spare;
        spare = &records[i];
    }
}

/* A record that can be used without failing later; 0: no memory. */
static struct range *spare_range(void)
{
    static int started;
    void *page;
    struct range *r;

    if (!started++)
        add_spares(first_spares, sizeof first_spares / sizeof *first_spares);
    if (!spare && !vitrine_pages_map(&page, PAGE))
        add_spares(page, PAGE / sizeof(struct range));
    r = spare;
    if (r)
        spare = r->next;
    return r;
}

static void give_spare(struct range *r)
{
    r->next = spare;
    spare = r;
}

static void insert(struct range *r, void *start, unsigned long size,
                   enum kind kind)
{
    *r = (struct range){ranges, (unsigned long)start, size, kind};
    ranges = r;
}

static int is_inside(const struct range *r, unsigned long start,
                     unsigned long size)
{
    return start >= r->start && start + size <= r->start + r->size;
}

static int overlaps(const struct range *r, unsigned long start,
                    unsigned long size)
{
    return start < r->start + r->size && r->start < start + size;
}

/* The range of this kind that holds all of [start, start + size). */
static struct range *holder(enum kind kind, unsigned long start,
                            unsigned long size)
{
    for (struct range *r = ranges; r; r = r->next)
        if (r->kind == kind && is_inside(r, start, size))
            return r;
    return 0;
}

/* Where the first MAPPED range from `start` on begins, at most `end`. */
static unsigned long next_mapped(unsigned long start, unsigned long end)
{
    for (struct range *r = ranges; r; r = r->next)
        if (r->kind == MAPPED && start <= r->start && r->start < end)
            end = r->start;
    return end;
}

static long map_locked(unsigned long size, int prot)
{
    struct range *r = spare_range();
    void *start;

    if (!r)
        return -ENOMEM;
    if (prot == PROT_NONE && !vitrine_pages_reserve(&start, size)) {
        insert(r, start, size, RESERVED);
        return (long)start;
    }
    if (vitrine_pages_map(&start, size) < 0) {
        give_spare(r);
        return -ENOMEM;
    }
    insert(r, start, size, MAPPED);
    return (long)start;
}

/* Give memory to what is reserved, and no more, at [start, start + size). */
static long commit_locked(unsigned long start, unsigned long size)
{
    struct range *r;

    r = spare_range();
    if (!r)
        return -ENOMEM;
    if (vitrine_pages_commit((void *)start, size) < 0) {
        give_spare(r);
        return -ENOMEM;
    }
    insert(r, (void *)start, size, MAPPED);
    return 0;
}

/* Takes [start, start + size) out of a range; `rest` is the record for what is
 * left behind it, if need be. */
static void cut_out(struct range **p, unsigned long start, unsigned long size,
                    struct range *rest)
{
    struct range *r = *p;
    unsigned long end = r->start + r->size;

    if (start + size < end) { /* there is something behind */
        insert(rest, (void *)(start + size), end - start - size, r->kind);
        rest = 0;
    }
    if (r->start < start) {
        r->size = start - r->start;
        if (rest)
            give_spare(rest);
        return;
    }
    while (*p != r) /* the insertion may have moved it */
        p = &(*p)->next;
    *p = r->next;
    give_spare(r);
    if (rest)
        give_spare(rest);
}

/* Give back what of this kind is inside [start, start + size). */
static long remove_kind(enum kind kind, unsigned long start, unsigned long size)
{
    for (struct range **p = &ranges, *r; (r = *p);) {
        if (r->kind != kind || !overlaps(r, start, size)) {
            p = &r->next;
            continue;
        }
        unsigned long from = r->start > start ? r->start : start;
        unsigned long end = r->start + r->size;
        end = end < start + size ? end : start + size;
        struct range *rest = spare_range();
        long error = rest ? 0 : -ENOMEM;
        if (!error && kind == MAPPED)
            error = vitrine_pages_unmap((void *)from, end - from);
        else if (!error)
            error = vitrine_pages_release((void *)from, end - from);
        if (error) {
            if (rest)
                give_spare(rest);
            return error;
        }
        cut_out(p, from, end - from, rest);
        p = &ranges;
    }
    return 0;
}

static long unmap_locked(unsigned long start, unsigned long size)
{
    return remove_kind(MAPPED, start, size)
               ?: remove_kind(RESERVED, start, size);
}

/* A piece at a place; what was there goes. */
static long map_at_locked(unsigned long start, unsigned long size, int prot)
{
    struct range *r = spare_range();
    long error = r ? unmap_locked(start, size) : -ENOMEM;

    if (!error && prot == PROT_NONE)
        error = vitrine_pages_reserve_at((void *)start, size);
    else if (!error)
        error = vitrine_pages_map_at((void *)start, size);
    if (!error)
        insert(r, (void *)start, size, prot == PROT_NONE ? RESERVED : MAPPED);
    else if (r)
        give_spare(r);
    return error ?: (long)start;
}

static int is_error(long result)
{
    return result < 0 && result > -4096;
}

/* New memory is writable. */
static long limit_rights(long address, unsigned long size, int prot)
{
    long error = 0;

    if (is_error(address))
        return address;
    if (prot != PROT_NONE && !(prot & PROT_WRITE))
        error = vitrine_pages_protect((void *)address, size, prot);
    return error ?: address;
}

static long map_anonymous(unsigned long start, unsigned long size, int prot,
                          int flags)
{
    long result;

    lock_take(&memory_lock);
    if (flags & MAP_FIXED)
        result = map_at_locked(start, size, prot);
    else
        result = map_locked(size, prot);
    result = limit_rights(result, size, prot);
    lock_drop(&memory_lock);
    return result;
}

/* A private copy of part of a file. */
static long map_file(const long *a, unsigned long size)
{
    long address =
        map_anonymous(a[0], size, PROT_READ | PROT_WRITE, a[3] & MAP_FIXED);
    long got;

    if (is_error(address))
        return address;
    got = file_read_at(a[4], (void *)address, size, a[5]);
    if (got >= 0)
        got = limit_rights(address, size, a[2]);
    if (is_error(got)) {
        const long undo[6] = {address, size};
        call_munmap(undo);
        return got;
    }
    return address;
}

/* address, length, protection, flags, file, offset */
long call_mmap(const long *a)
{
    unsigned long size = round_up(a[1]);

    if (!size || (a[0] & (PAGE - 1)))
        return -EINVAL;
    if (a[3] & MAP_ANONYMOUS)
        return map_anonymous(a[0], size, a[2], a[3]);
    if ((a[3] & MAP_TYPE) == MAP_SHARED && (a[2] & PROT_WRITE))
        return -ENODEV;
    return map_file(a, size);
}

long call_munmap(const long *a)
{
    unsigned long size = round_up(a[1]);
    long result;

    if (!size || (a[0] & (PAGE - 1)))
        return -EINVAL;
    lock_take(&memory_lock);
    result = unmap_locked(a[0], size);
    lock_drop(&memory_lock);
    return result;
}

/* Moves what is at `old` to a larger place. */
static long move(unsigned long old, unsigned long old_size, unsigned long size)
{
    const long undo[6] = {old, old_size};
    long address = map_anonymous(0, size, PROT_READ | PROT_WRITE, 0);

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
    unsigned long old_size = round_up(a[1]), size = round_up(a[2]);
    const long tail[6] = {a[0] + size, old_size - size};
    int is_there;

    if (!old_size || !size || (a[0] & (PAGE - 1)) || (a[3] & ~MREMAP_MAYMOVE))
        return -EINVAL;
    lock_take(&memory_lock);
    is_there = holder(MAPPED, a[0], old_size) != 0;
    lock_drop(&memory_lock);
    if (!is_there)
        return -EFAULT;
    if (size < old_size)
        return call_munmap(tail) ?: a[0];
    if (size == old_size)
        return a[0];
    return a[3] & MREMAP_MAYMOVE ? move(a[0], old_size, size) : -ENOMEM;
}

/* The stretch from `at` on, before `end`, that is all MAPPED, or all reserved
 * without memory: where it ends; `at`: neither. */
static unsigned long stretch(unsigned long at, unsigned long end,
                             enum kind *ret_kind)
{
    struct range *r = holder(MAPPED, at, 1);

    *ret_kind = r ? MAPPED : RESERVED;
    if (!r) {
        end = next_mapped(at, end);
        r = holder(RESERVED, at, 1);
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
    unsigned long start = a[0], size = round_up(a[1]);
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
        long start = map_anonymous(0, ROOM, PROT_READ | PROT_WRITE, 0);
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
