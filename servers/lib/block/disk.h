/*
 * A client's side of `block` (servers/block/block.iface): a disk that goes on
 * when its driver has to be started again.
 *
 *      struct disk d;
 *      disk_open(&d, l4re_env_get_cap("block"), 16 * 4096);
 *      disk_do(&d, DISK_READ, sector, count, 0);       -> d.buffer
 *
 *      long id = disk_begin(&d, DISK_WRITE, sector, count, offset);
 *      long result = disk_end(&d, &id);                several under way
 *
 * Data is in `buffer`, which the disk itself reads and writes: a place in it
 * is given as `offset`, and is the disk's until the request has ended.
 *
 * If the driver ends, calls of its session fail. Then a new one is opened
 * through the gate and every request without an answer is given again: it may
 * have been done already, and is done twice then, which reads and writes do
 * not mind. What was answered is on the disk or, before a DISK_FLUSH, in the
 * disk's own cache, which a driver's end leaves alone.
 *
 * I1  request[i].is_under_way: its end was not told; it has been given to
 *     `session`, or its end is in `ended`.
 *
 * One thread at a time.
 */
#ifndef DISK_H
#define DISK_H

#include <l4/re/c/dataspace.h>
#include <l4/sys/types.h>
#include <stdbool.h>
#include <stddef.h>

enum disk_operation { DISK_READ = 0, DISK_WRITE = 1, DISK_FLUSH = 4 };
enum { DISK_REQUESTS = 16 };

struct disk_request {
    bool is_under_way;
    enum disk_operation operation;
    l4_umword_t sector, count, offset;
};

/* As next() tells it. */
struct disk_ended {
    l4_umword_t id;
    long result;
};

struct disk {
    l4_umword_t sectors, sector_size;
    bool is_read_only;
    char *buffer;
    size_t size;
    unsigned restarts; /* how often the driver had to be found again */

    /* the library's own */
    l4_cap_idx_t gate, session;
    l4re_ds_t memory;
    struct disk_request request[DISK_REQUESTS];
    struct disk_ended ended[DISK_REQUESTS];
    unsigned ended_count;
};

/* A session through `gate`, with a buffer of `size` bytes. 0, or an L4 error:
 * -L4_ENOMEM, those of block.iface's open, -L4_ENODEV: no driver came within
 * AGAIN_PATIENCE_MS (again.h). */
long disk_open(struct disk *d, l4_cap_idx_t gate, size_t size);
/* Gives session and buffer back, after the end of what is under way. */
void disk_close(struct disk *d);

/* Does a request and waits for its end: 0, or an error of block.iface's
 * transfer; -L4_ENODEV: the driver did not come back. Not for a place in the
 * buffer that a request under way has. */
long disk_do(struct disk *d, enum disk_operation operation, l4_umword_t sector,
             l4_umword_t count, l4_umword_t offset);

/* Begins a request: its number, or an error; -L4_EBUSY: DISK_REQUESTS are
 * under way. */
long disk_begin(struct disk *d, enum disk_operation operation,
                l4_umword_t sector, l4_umword_t count, l4_umword_t offset);
/* Waits for the end of any of those: its number in *ret_id, and its result.
 * -L4_ENOENT: none is under way; -L4_ENODEV: the driver did not come back;
 * then *ret_id is -1. */
long disk_end(struct disk *d, long *ret_id);

#endif
