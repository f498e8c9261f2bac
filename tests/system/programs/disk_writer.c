/*
 * A client that knows what must be on a disk whose driver ends now and then.
 *
 *      rom/sys-disk-writer SEED      capability: block
 *
 * Twice it writes SECTORS sectors, several at a time, each with words that
 * tell seed, round and sector, and one more by a single request; makes sure
 * they are on the disk; reads them back, several at a time, and compares. What
 * is told to have ended must be as many as were begun, each once.
 */
#include "disk.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 6, FIRST = 4, ROUNDS = 2, WORDS = 512 / 8 };

static struct disk disk;
static unsigned long seed;

static unsigned long word_of(unsigned round, unsigned sector, unsigned i)
{
    return seed << 32 | round << 24 | sector << 16 | i;
}

static unsigned long *place_of(unsigned sector)
{
    return (unsigned long *)(disk.buffer + sector * disk.sector_size);
}

static void fill(unsigned round, unsigned sector)
{
    for (unsigned i = 0; i < WORDS; i++)
        place_of(sector)[i] = word_of(round, sector, i);
}

static int compare(unsigned round, unsigned sector)
{
    for (unsigned i = 0; i < WORDS; i++)
        if (place_of(sector)[i] != word_of(round, sector, i))
            return printf("round %u, sector %u, word %u: %lx\n", round, sector,
                          i, place_of(sector)[i]);
    return 0;
}

/* Begins one for each sector, then waits for all. */
static long all_at_once(enum disk_operation operation)
{
    unsigned begun = 0, ended = 0;
    long id;
    for (unsigned s = 0; s < SECTORS; s++) {
        long error =
            disk_begin(&disk, operation, FIRST + s, 1, s * disk.sector_size);
        if (error < 0)
            return error;
        begun |= 1u << error;
    }
    for (unsigned s = 0; s < SECTORS; s++) {
        long error = disk_end(&disk, &id);
        if (error < 0)
            return error;
        ended |= 1u << id;
    }
    if (ended != begun || disk_end(&disk, &id) != -L4_ENOENT)
        return -L4_EEXIST; /* told twice, or never begun */
    return 0;
}

static long one_round(unsigned round)
{
    int wrong = 0;
    for (unsigned s = 0; s <= SECTORS; s++)
        fill(round, s);
    long error = all_at_once(DISK_WRITE);
    if (!error)
        error = disk_do(&disk, DISK_WRITE, FIRST + SECTORS, 1,
                        SECTORS * disk.sector_size);
    if (!error)
        error = disk_do(&disk, DISK_FLUSH, 0, 0, 0);
    memset(disk.buffer, 0, disk.size);
    if (!error)
        error = all_at_once(DISK_READ);
    if (!error)
        error = disk_do(&disk, DISK_READ, FIRST + SECTORS, 1,
                        SECTORS * disk.sector_size);
    for (unsigned s = 0; s <= SECTORS && !error; s++)
        wrong |= compare(round, s);
    return wrong ? -L4_EIO : error;
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    long error = disk_open(&disk, l4re_env_get_cap("block"), L4_PAGESIZE);
    for (unsigned round = 1; round <= ROUNDS && !error; round++)
        error = one_round(round);
    if (error)
        printf("seed %lu: %s\n", seed, l4sys_errtostr(error));
    disk_close(&disk);
    return error ? 1 : 0;
}
