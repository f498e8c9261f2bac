/*
 * A client of the disk: reads what it starts with, writes a line at its end,
 * reads that back, and asks for a sector that is not there.
 *
 *      rom/disk_client TEXT     capability: block
 *
 * It has no device, no interrupt, no physical address: a gate and a buffer.
 */
#include "disk.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <stdio.h>
#include <string.h>

static struct disk disk;

/* The first line of the buffer, as far as it can be printed. */
static void show(const char *what)
{
    int n = 0;
    while (n < 60 && disk.buffer[n] >= ' ' && disk.buffer[n] <= '~')
        n++;
    printf("%s: \"%.*s\"\n", what, n, disk.buffer);
}

static long write_and_read_back(l4_umword_t sector, const char *text)
{
    memset(disk.buffer, 0, disk.sector_size);
    strncpy(disk.buffer, text, disk.sector_size - 1);
    long error = disk_do(&disk, DISK_WRITE, sector, 1, 0);
    printf("writing the last sector: %s\n", l4sys_errtostr(error));
    memset(disk.buffer, 0, disk.sector_size);
    if (!error)
        error = disk_do(&disk, DISK_READ, sector, 1, 0);
    if (!error)
        show("its last sector");
    return error;
}

int main(int argc, char **argv)
{
    long error = disk_open(&disk, l4re_env_get_cap("block"), L4_PAGESIZE);
    if (!error)
        error = disk_do(&disk, DISK_READ, 0, 1, 0);
    if (error < 0) {
        printf("the disk does not work: %s\n", l4sys_errtostr(error));
        return 1;
    }
    show("its first sector");
    error =
        write_and_read_back(disk.sectors - 1, argc > 1 ? argv[1] : "written");
    if (error < 0 && error != -L4_EPERM)
        return 1;
    error = disk_do(&disk, DISK_READ, disk.sectors, 1, 0);
    printf("reading behind its end: %s\n", l4sys_errtostr(error));
    disk_close(&disk);
    return error == -L4_ERANGE ? 0 : 1;
}
