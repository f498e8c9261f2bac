/*
 * Given: the disk, from the file server's side.
 */
#ifndef DISK_H
#define DISK_H

#include "protocol.h"

/* Reads or writes one block. The error told: 0, -L4_EIO, -L4_ERANGE. */
long disk_read(unsigned block, l4_umword_t words[BLOCK_WORDS]);
long disk_write(unsigned block, const l4_umword_t words[BLOCK_WORDS]);

#endif
