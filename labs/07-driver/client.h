/*
 * Part 3: what a client of the disk calls. You write client.c.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <l4/sys/types.h>

/*
 * One request to the driver behind `disk` (block.h, DISK_PROTOCOL), with 8
 * words to write or for what was read. 0 or the driver's error; a driver that
 * dies and comes again is not noticed.
 */
long disk_call(l4_cap_idx_t disk, unsigned what, l4_umword_t sector,
               l4_umword_t *words);

#endif
