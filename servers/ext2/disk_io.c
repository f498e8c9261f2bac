/*
 * The disk as libext2fs wants it (see disk_io.h).
 *
 *      libext2fs --blocks--> [ lines of 4 KiB ] --sectors--> block server
 *
 * What is read in small pieces goes through lines that are kept; what is read
 * in large ones does not. Everything that is written goes to the disk at once,
 * in the order in which it is written: that order is what a power cut leaves a
 * beginning of (README.md).
 *
 * I1  a line that is valid has what the disk has
 */
#include "disk_io.h"
#include "disk.h"
#include "super.h"
#include <stdlib.h>
#include <string.h>

enum { LINE = 4096, LINES = 256, SECTOR = 512, BUFFER = 64 * 1024 };

struct line {
    l4_uint64_t
        number; /* of the disk's pieces of LINE bytes, plus 1; 0: none */
    char data[LINE];
};

static struct disk disk;
static struct line *lines; /* [LINES], by number */

long disk_io_open(l4_cap_idx_t gate)
{
    free(lines);
    lines = calloc(LINES, sizeof *lines);
    if (!lines)
        return -L4_ENOMEM;
    long error = disk_open(&disk, gate, BUFFER);
    if (error >= 0 && disk.sector_size != SECTOR)
        error = -L4_EINVAL;
    return error < 0 ? error : 0;
}

bool disk_io_is_read_only(void)
{
    return disk.is_read_only;
}

/* ---- Pieces of any size ---- */

/* One request for each piece that fits into the buffer. */
static long transfer(enum disk_operation what, l4_uint64_t at, void *to,
                     const void *from, size_t size)
{
    if (at % SECTOR || size % SECTOR)
        return -L4_EINVAL;
    for (size_t done = 0; done < size;) {
        size_t part = size - done < BUFFER ? size - done : BUFFER;
        if (from)
            memcpy(disk.buffer, (const char *)from + done, part);
        long error =
            disk_do(&disk, what, (at + done) / SECTOR, part / SECTOR, 0);
        if (error < 0)
            return error;
        if (to)
            memcpy((char *)to + done, disk.buffer, part);
        done += part;
    }
    return 0;
}

/* The line with byte `at`, read if need be. */
static long line_get(l4_uint64_t at, struct line **ret_line)
{
    l4_uint64_t number = at / LINE, end = disk.sectors * SECTOR;
    struct line *l = &lines[number % LINES];
    *ret_line = l;
    if (l->number == number + 1)
        return 0;
    size_t size = LINE;
    if (number * LINE >= end)
        return -L4_EIO;
    if (end - number * LINE < LINE)
        size = (size_t)(end - number * LINE);
    l->number = 0;
    long error = transfer(DISK_READ, number * LINE, l->data, NULL, size);
    if (error >= 0)
        l->number = number + 1; /* keeps I1 */
    return error;
}

/* How much of [at, + size) is in the line of `at`. */
static size_t in_line(l4_uint64_t at, size_t size)
{
    size_t room = LINE - at % LINE;
    return size < room ? size : room;
}

long disk_io_read(l4_uint64_t at, void *to, size_t size)
{
    if (size > LINE)
        return transfer(DISK_READ, at, to, NULL, size);
    for (size_t done = 0; done < size;) {
        struct line *l;
        size_t part = in_line(at + done, size - done);
        long error = line_get(at + done, &l);
        if (error < 0)
            return error;
        memcpy((char *)to + done, l->data + (at + done) % LINE, part);
        done += part;
    }
    return 0;
}

long disk_io_write(l4_uint64_t at, const void *from, size_t size)
{
    long error = transfer(DISK_WRITE, at, NULL, from, size);
    for (size_t done = 0; done < size;) {
        size_t part = in_line(at + done, size - done);
        l4_uint64_t number = (at + done) / LINE;
        struct line *l = &lines[number % LINES];
        if (l->number == number + 1) {
            memcpy(l->data + (at + done) % LINE, (const char *)from + done,
                   part);
            if (error < 0)
                l->number = 0; /* nobody knows: keeps I1 */
        }
        done += part;
    }
    return error;
}

long disk_io_flush(void)
{
    long error = disk_do(&disk, DISK_FLUSH, 0, 0, 0);
    return error == -L4_ENOSYS ? 0 : error; /* it has no cache */
}

/* ---- What libext2fs calls ---- */

/* Its codes below 256 are errno's. */
static errcode_t code_of(long error)
{
    return error >= 0 ? 0 : error > -L4_ERRNOMAX ? -error : L4_EIO;
}

static errcode_t io_open(const char *name, int flags, io_channel *ret_channel)
{
    (void)name, (void)flags;
    io_channel channel = calloc(1, sizeof *channel);
    if (!channel)
        return EXT2_ET_NO_MEMORY;
    channel->magic = EXT2_ET_MAGIC_IO_CHANNEL;
    channel->manager = &disk_io_manager;
    channel->name = strdup("disk");
    channel->block_size = 1024;
    channel->refcount = 1;
    channel->flags = CHANNEL_FLAGS_WRITETHROUGH | CHANNEL_FLAGS_BLOCK_DEVICE;
    *ret_channel = channel;
    return 0;
}

static errcode_t io_close(io_channel channel)
{
    if (--channel->refcount)
        return 0;
    free(channel->name);
    free(channel);
    return 0;
}

static errcode_t io_set_blksize(io_channel channel, int size)
{
    channel->block_size = size;
    return 0;
}

/* A negative count is one of bytes. */
static size_t bytes_of(io_channel channel, int count)
{
    return count < 0 ? (size_t) - (long)count
                     : (size_t)count * (size_t)channel->block_size;
}

static errcode_t io_read(io_channel channel, unsigned long long block,
                         int count, void *data)
{
    return code_of(disk_io_read(block * (unsigned)channel->block_size, data,
                                bytes_of(channel, count)));
}

static errcode_t io_write(io_channel channel, unsigned long long block,
                          int count, const void *data)
{
    l4_uint64_t at = block * (unsigned)channel->block_size;
    size_t size = bytes_of(channel, count);
    bool is_super = at == SUPER_AT && size == SUPER_SIZE;
    return code_of(is_super ? super_write(data)
                            : disk_io_write(at, data, size));
}

static errcode_t io_read_32(io_channel channel, unsigned long block, int count,
                            void *data)
{
    return io_read(channel, block, count, data);
}

static errcode_t io_write_32(io_channel channel, unsigned long block, int count,
                             const void *data)
{
    return io_write(channel, block, count, data);
}

static errcode_t io_flush(io_channel channel)
{
    (void)channel;
    return code_of(disk_io_flush());
}

struct struct_io_manager disk_io_manager = {
    .magic = EXT2_ET_MAGIC_IO_MANAGER,
    .name = "Vitrine's block server",
    .open = io_open,
    .close = io_close,
    .set_blksize = io_set_blksize,
    .read_blk = io_read_32,
    .write_blk = io_write_32,
    .read_blk64 = io_read,
    .write_blk64 = io_write,
    .flush = io_flush,
};
