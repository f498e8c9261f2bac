/*
 * What files cost.
 *
 *      bench_files       capabilities: fs (a tree on the disk), block (that
 *                        disk's server), jdb (clock, marks)
 *
 * Prints "BENCH file_read ratio": a file of 1 MiB read through the file
 * system's server and the block server, to the same amount read from the block
 * server in pieces of the same size and copied to the same place; host time,
 * the best of several rounds. Between marks in the trace: 50 files opened, 100
 * bytes read 100 times, 50 closed (the tool counts the messages between them).
 */
#include "bench_program.h"
#include "disk.h"
#include "fio.h"
#include "fs-client.h"
#include <l4/re/env.h>
#include <string.h>

const char bench_name[] = "bench_files";

enum {
    SIZE = 1 << 20,
    PIECE = 32 << 10,
    ROUNDS = 7,
    FILES = 50,
    READS = 100,
    SECTOR = 512
};

static l4_cap_idx_t fs;
static char data[PIECE];
static struct disk disk;

static struct fio make_file(void)
{
    struct fio f;
    check("create",
          fio_open(fs, "large", FILES_READ | FILES_WRITE | FILES_CREATE, 0600,
                   &f));
    for (unsigned at = 0; at < SIZE; at += PIECE)
        check("write", fio_write(&f, at, data, PIECE));
    check("sync", fs_sync(fs));
    return f;
}

static int64_t read_file(struct fio *f)
{
    int64_t from = now();
    for (unsigned at = 0; at < SIZE; at += PIECE)
        if (fio_read(f, at, data, PIECE) != PIECE)
            check("read", -L4_EIO);
    return now() - from;
}

static int64_t read_disk(void)
{
    int64_t from = now();
    for (unsigned at = 0; at < SIZE; at += PIECE) {
        check("disk",
              disk_do(&disk, DISK_READ, at / SECTOR, PIECE / SECTOR, 0));
        memcpy(data, disk.buffer, PIECE);
    }
    return now() - from;
}

static void throughput(struct fio *f)
{
    int64_t file = INT64_MAX, raw = INT64_MAX;
    for (unsigned i = 0; i < ROUNDS; i++) {
        file = least(file, read_file(f));
        raw = least(raw, read_disk());
    }
    print_ratio("file_read", file, raw);
}

/* A file is opened, read, closed; each many times on end. */
static void messages(void)
{
    static struct fio files[FILES];
    unsigned n = 0;
    mark("file_open");
    while (n < FILES)
        check("open", fio_open(fs, "large", FILES_READ, 0, &files[n++]));
    mark("file_small_read");
    for (unsigned i = 0; i < READS; i++)
        check("small read", fio_read(&files[i % n], 0, data, 100));
    mark("file_close");
    while (n)
        fio_close(&files[--n]);
    mark("end");
}

int main(void)
{
    fs = l4re_env_get_cap("fs");
    bench_jdb = l4re_env_get_cap("jdb");
    check("disk", disk_open(&disk, l4re_env_get_cap("block"), PIECE));
    struct fio f = make_file();
    throughput(&f);
    fio_close(&f);
    messages();
    return 0;
}
