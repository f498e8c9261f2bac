/*
 * mmap and its family: a list of what the program has.
 *
 *   ranges -> [start, size, MAPPED]  -> [start, size, RESERVED] -> 0
 *
 * Memory is given and taken back in whole pieces (<vitrine/libc.h>). A piece
 * asked for with PROT_NONE is only an address range; making part of it
 * accessible gives that part memory. This is how musl makes stacks with a
 * guard page below, and how its malloc keeps room to grow.
 *
 *  I1  MAPPED ranges do not overlap each other; each lies wholly inside one
 *      RESERVED range or outside all of them.
 *  I2  Each range in the list corresponds to one piece of the page source.
 *
 * Simplified: part of a piece cannot be given back (-EINVAL), rights cannot
 * be taken away from memory (-ENOSYS), a file is mapped as a private copy.
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

static int touches_mapped(unsigned long start, unsigned long size)
{
    for (struct range *r = ranges; r; r = r->next)
        if (r->kind == MAPPED && overlaps(r, start, size))
            return 1;
    return 0;
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

/* Give memory to what is reserved at [start, start + size). */
static long commit_locked(unsigned long start, unsigned long size)
{
    struct range *r;

    if (!holder(RESERVED, start, size))
        return -ENOMEM;
    if (touches_mapped(start, size))
        return -EINVAL;
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

/* Would unmapping this tear a piece apart? */
static int tears(unsigned long start, unsigned long size)
{
    for (struct range *r = ranges; r; r = r->next)
        if (overlaps(r, start, size) &&
            !(start <= r->start && r->start + r->size <= start + size) &&
            !(r->kind == RESERVED && is_inside(r, start, size)))
            return 1;
    return 0;
}

/* Give back every whole piece of this kind inside [start, start + size). */
static void remove_kind(enum kind kind, unsigned long start, unsigned long size)
{
    for (struct range **p = &ranges, *r; (r = *p);) {
        if (r->kind != kind || r->start < start ||
            r->start + r->size > start + size) {
            p = &r->next;
            continue;
        }
        if (kind == MAPPED)
            vitrine_pages_unmap((void *)r->start, r->size);
        else
            vitrine_pages_release((void *)r->start, r->size);
        *p = r->next;
        give_spare(r);
    }
}

static long map_anonymous(unsigned long start, unsigned long size, int prot,
                          int flags)
{
    long result;

    lock_take(&memory_lock);
    if (!(flags & MAP_FIXED))
        result = map_locked(size, prot);
    else if (prot == PROT_NONE)
        result = -EINVAL;
    else
        result = commit_locked(start, size) ?: (long)start;
    lock_drop(&memory_lock);
    return result;
}

/* A private copy of part of a file. */
static long map_file(int fd, unsigned long size, unsigned long offset)
{
    long address = map_anonymous(0, size, PROT_READ | PROT_WRITE, 0);
    long got;

    if (address < 0 && address > -4096)
        return address;
    got = file_read_at(fd, (void *)address, size, offset);
    if (got < 0) {
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
    if ((a[3] & MAP_FIXED) ||
        ((a[3] & MAP_TYPE) == MAP_SHARED && (a[2] & PROT_WRITE)))
        return -ENODEV;
    return map_file(a[4], size, a[5]);
}

long call_munmap(const long *a)
{
    unsigned long size = round_up(a[1]);
    long result = 0;

    if (!size || (a[0] & (PAGE - 1)))
        return -EINVAL;
    lock_take(&memory_lock);
    if (tears(a[0], size)) {
        result = -EINVAL;
    } else {
        remove_kind(MAPPED, a[0], size);
        remove_kind(RESERVED, a[0], size);
    }
    lock_drop(&memory_lock);
    return result;
}

/* Moves what is at `old` to a larger place. */
static long move(unsigned long old, unsigned long old_size, unsigned long size)
{
    const long undo[6] = {old, old_size};
    long address = map_anonymous(0, size, PROT_READ | PROT_WRITE, 0);

    if (address < 0 && address > -4096)
        return address;
    memcpy((void *)address, (const void *)old, old_size);
    call_munmap(undo);
    return address;
}

/*
 * address, old size, new size, flags. A piece grows by being copied, and does
 * not shrink: its end is still there.
 */
long call_mremap(const long *a)
{
    unsigned long old_size = round_up(a[1]), size = round_up(a[2]);
    int is_whole = 0;

    if (!old_size || !size || (a[0] & (PAGE - 1)) || (a[3] & ~MREMAP_MAYMOVE))
        return -EINVAL;
    lock_take(&memory_lock);
    for (struct range *r = ranges; r; r = r->next)
        if (r->kind == MAPPED && r->start == (unsigned long)a[0])
            is_whole = r->size >= old_size;
    lock_drop(&memory_lock);
    if (!is_whole)
        return -EFAULT;
    if (size <= old_size)
        return a[0];
    return a[3] & MREMAP_MAYMOVE ? move(a[0], old_size, size) : -ENOMEM;
}

long call_mprotect(const long *a)
{
    unsigned long size = round_up(a[1]);
    long result = -ENOSYS;

    lock_take(&memory_lock);
    if (!(a[2] & PROT_WRITE))
        result = -ENOSYS;
    else if (holder(MAPPED, a[0], size))
        result = 0;
    else
        result = commit_locked(a[0], size);
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
        if (start < 0 && start > -4096)
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
