/*
 * Putting right what was not closed: what the three parts share.
 *
 *      repair.c       begins, counts what is free, ends
 *      repair_walk.c  looks at everything that has a name, changes nothing
 *      repair_fix.c   changes what the walk found wrong
 *
 * What the file system is, is what its names lead to: the walk marks that in
 * the file system's bitmaps, which begin empty. All else is free.
 *
 * I1  nothing is written before the walk has been everywhere, and has not met
 *     anything it does not understand
 * I2  the file system says that it was not closed until all is written: who is
 *     cut off in a repair begins again
 */
#ifndef EXT2_REPAIR_H
#define EXT2_REPAIR_H

#include "ext2.h"

/* A name of a directory that is not where it should lead. */
struct repair_name {
    ext2_ino_t dir, leads_to; /* dir 0: there is none */
    char name[EXT2_NAME_LEN + 1];
};

struct repair {
    char why[80];        /* it is not repaired here; "": it can be */
    ext2_icount_t names; /* of each inode */
    ext2fs_inode_bitmap todo, flawed; /* directories; inodes with blocks that
                                       * are past their end, or miscounted */
    /* One of each is what a directory that moved may leave. */
    struct repair_name second, up;
    unsigned long seen, freed, corrected; /* inodes */
    long told;                            /* when, in s */
};

/* Looks at all that is reached from the root; r->why may be set. */
errcode_t repair_walk(struct repair *r);
/* Changes inodes and names, and frees inodes nobody names. */
errcode_t repair_fix(struct repair *r);

/* Says why, with the inode if there is one, unless something else was said. */
void repair_refuse(struct repair *r, ext2_ino_t ino, const char *what);
/* One more inode was seen: says how far it is, now and then. */
void repair_progress(struct repair *r);

/* What of an inode's blocks is wrong, and how many it has. */
struct repair_blocks {
    blk64_t blocks; /* its own, with those that say where the others are */
    blk64_t data;   /* with content */
    bool are_past_end;
    bool are_wrong; /* out of range, or somebody else's */
};
/* `claim`: they are marked, and are wrong if they were marked before. */
errcode_t repair_blocks(ext2_ino_t ino, struct ext2_inode *inode, bool claim,
                        struct repair_blocks *ret_blocks);
/* Whether the inode's own count says so many. */
bool repair_is_counted(const struct ext2_inode *inode, blk64_t blocks);

#endif
