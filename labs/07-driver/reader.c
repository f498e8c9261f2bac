/*
 * A user of the disk (given). What it gets it tells the witness by calls, so
 * that the tests see it in the trace: TOLD, sector and first word, or -1 and
 * the error.
 *
 *      lab7_reader disk SEED     some sectors, a write, one that is not there
 *      lab7_reader crash SEED    many sectors, while its driver is killed
 */
#include "block.h"
#include "client.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 64, TOLD = 0x710, DONE = 0x711 };
enum { READS = 12, WRITTEN = 9, CRASH_READS = 500 };

static l4_cap_idx_t disk;

static void tell(long label, l4_umword_t a, l4_umword_t b)
{
    l4_utcb_mr()->mr[0] = a;
    l4_utcb_mr()->mr[1] = b;
    l4_ipc_call(l4re_env_get_cap("witness"), l4_utcb(),
                l4_msgtag(label, 2, 0, 0), L4_IPC_NEVER);
}

static void read_sector(l4_umword_t sector)
{
    l4_umword_t words[DISK_WORDS] = {0};
    long error = disk_call(disk, BLOCK_READ, sector, words);
    if (error)
        tell(TOLD, ~0ul, (l4_umword_t)error);
    else
        tell(TOLD, sector, words[0]);
}

static void write_sector(l4_umword_t sector, l4_umword_t value)
{
    l4_umword_t words[DISK_WORDS];
    for (unsigned i = 0; i < DISK_WORDS; i++)
        words[i] = value + i;
    if (disk_call(disk, BLOCK_WRITE, sector, words))
        tell(TOLD, ~0ul, sector);
}

static void some_sectors(unsigned long seed)
{
    for (unsigned i = 0; i < READS; i++)
        read_sector((seed + 5 * i) % SECTORS);
    write_sector(WRITTEN, seed * 3);
    read_sector(WRITTEN);
    read_sector(SECTORS);
    read_sector(0);
}

static void many_sectors(unsigned long seed)
{
    for (unsigned i = 0; i < CRASH_READS; i++) {
        read_sector((seed + 7 * i) % SECTORS);
        if (i % 10 == 9)
            write_sector((seed + 7 * i) % SECTORS, seed + i);
    }
}

int main(int argc, char **argv)
{
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
    disk = l4re_env_get_cap("disk");
    if (argc > 1 && !strcmp(argv[1], "crash"))
        many_sectors(seed);
    else
        some_sectors(seed);
    tell(DONE, 0, 0);
    return 0;
}
