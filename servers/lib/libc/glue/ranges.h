/*
 * What a program has mapped: a list of ranges of its addresses.
 *
 *   ranges -> [start, size, MAPPED]  -> [start, size, RESERVED] -> 0
 *
 * memory.c changes it as mmap() and its family ask for, file_maps.c for files.
 *
 *  I1  MAPPED ranges do not overlap each other, nor do RESERVED ones; a MAPPED
 *      one lies wholly inside one RESERVED range or outside all of them.
 *  I2  What a range covers is the page source's to give: memory behind all of a
 *      MAPPED one, whatever rights it has at the moment.
 *  I3  All of it is under memory_lock.
 */
#ifndef GLUE_RANGES_H
#define GLUE_RANGES_H

#include "calls.h"
#include "lock.h"
#include "mappings.h"

#define PAGE 4096ul

enum kind { MAPPED, RESERVED };

struct range {
    struct range *next;
    unsigned long start, size; /* bytes, multiples of PAGE */
    enum kind kind;
    struct mapping *mapping; /* 0: memory of this program's own */
    unsigned long offset;    /* of its start, in the file */
};

extern struct lock memory_lock GLUE_HIDDEN;
extern struct range *ranges GLUE_HIDDEN;

static inline unsigned long page_round(unsigned long size)
{
    return (size + PAGE - 1) & -PAGE;
}

/* Is a result of a call, which may be an address, an error? */
static inline int is_error(long result)
{
    return result < 0 && result > -4096;
}

static inline int range_overlaps(const struct range *r, unsigned long start,
                                 unsigned long size)
{
    return start < r->start + r->size && r->start < start + size;
}

/* A record that can be used without failing later; 0: no memory. */
GLUE_HIDDEN struct range *range_spare(void);
GLUE_HIDDEN void range_give(struct range *r);

GLUE_HIDDEN void range_insert(struct range *r, void *start, unsigned long size,
                              enum kind kind);

/* The range of this kind that holds all of [start, start + size). */
GLUE_HIDDEN struct range *range_holder(enum kind kind, unsigned long start,
                                       unsigned long size);

/* Where the first MAPPED range from `start` on begins, at most `end`. */
GLUE_HIDDEN unsigned long range_next(unsigned long start, unsigned long end);

/* Takes [start, start + size) out of the range at *p; `rest` is the record for
 * what is left behind it, if need be. */
GLUE_HIDDEN void range_cut(struct range **p, unsigned long start,
                           unsigned long size, struct range *rest);

/* memory.c: gives back what is in [start, + size). */
GLUE_HIDDEN long memory_unmap_locked(unsigned long start, unsigned long size);

/* An anonymous piece, at `start` with MAP_FIXED in `flags`; the lock is free.
 */
GLUE_HIDDEN long memory_map(unsigned long start, unsigned long size, int prot,
                            int flags);

/* What is at `address`, or an error, with these rights at most. */
GLUE_HIDDEN long memory_limit_rights(long address, unsigned long size,
                                     int prot);

/* file_maps.c: mmap() of a file; the arguments are the call's. */
struct file;
GLUE_HIDDEN long file_mmap(struct file *file, const long *a,
                           unsigned long size);

#endif
