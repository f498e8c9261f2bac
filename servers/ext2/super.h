/*
 * The superblock, changed by a write of one sector.
 *
 *      byte 0                   400     512                 1020
 *      | counts, state, times ... spare ..|.. never changed ... checksum |
 *      '------------ written -------------'
 *
 * A disk writes a sector whole or not at all, but a power cut may fall between
 * two. What changes is in the first sector, a checksum of both at the end of
 * the second: torn, they would not fit each other, and a file system of one
 * group has no second superblock to take instead. So the checksum stays as it
 * is, and four spare bytes of the first sector are chosen so that it is right
 * (those of a list of snapshots that no file system of Linux has ever had).
 * Somebody else who writes the superblock need not know of this.
 *
 * The checksum is CRC-32C, each of whose steps can be taken back: of the state
 * before the spare bytes and the one wanted behind them follows what they are.
 */
#ifndef EXT2_SUPER_H
#define EXT2_SUPER_H

enum { SUPER_AT = 1024, SUPER_SIZE = 1024 };

/* Writes it; the disk's own must be in order. 0, or an L4 error. */
long super_write(const void *super);

#endif
