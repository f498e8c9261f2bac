/*
 * A client of the disk: reads what it starts with, writes a line at its end,
 * reads that back, and asks for a sector that is not there.
 *
 *      rom/disk_client TEXT     capability: disk
 *
 * It has no device, no interrupt, no physical address: a gate and a buffer.
 */
#include "disk.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <string.h>

static l4_cap_idx_t disk;
static char *buffer;

static long call(l4_umword_t operation, l4_umword_t sector, l4_umword_t count)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = operation;
    m->mr[1] = sector;
    m->mr[2] = count;
    return l4_error(l4_ipc_call(disk, l4_utcb(), l4_msgtag(DISK_PROTO, 3, 0, 0),
                                L4_IPC_NEVER));
}

static long buffer_attach(l4_size_t size)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = ds | L4_RCV_ITEM_SINGLE_CAP;
    long error = call(DISK_BUFFER, 0, 0);
    l4_utcb_br()->br[0] = 0;
    if (error < 0)
        return error;
    return l4re_rm_attach((void **)&buffer, size,
                          L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW, ds, 0, 0);
}

/* The first line of the buffer, as far as it can be printed. */
static void show(const char *what)
{
    int n = 0;
    while (n < 60 && buffer[n] >= ' ' && buffer[n] <= '~')
        n++;
    printf("%s: \"%.*s\"\n", what, n, buffer);
}

static long write_and_read_back(l4_umword_t sector, const char *text)
{
    memset(buffer, 0, DISK_SECTOR);
    strncpy(buffer, text, DISK_SECTOR - 1);
    long error = call(DISK_WRITE, sector, 1);
    printf("writing the last sector: %s\n", l4sys_errtostr(error));
    memset(buffer, 0, DISK_SECTOR);
    if (!error)
        error = call(DISK_READ, sector, 1);
    if (!error)
        show("its last sector");
    return error;
}

int main(int argc, char **argv)
{
    disk = l4re_env_get_cap("disk");
    long error = call(DISK_INFO, 0, 0);
    l4_umword_t sectors = l4_utcb_mr()->mr[0], size = l4_utcb_mr()->mr[1];
    if (error >= 0)
        error = buffer_attach(size);
    if (error >= 0)
        error = call(DISK_READ, 0, 1);
    if (error < 0) {
        printf("the disk does not work: %s\n", l4sys_errtostr(error));
        return 1;
    }
    show("its first sector");
    error = write_and_read_back(sectors - 1, argc > 1 ? argv[1] : "written");
    if (error < 0 && error != -L4_EPERM)
        return 1;
    error = call(DISK_READ, sectors, 1);
    printf("reading behind its end: %s\n", l4sys_errtostr(error));
    return error == -L4_EIO ? 0 : 1;
}
