/*
 * The ext2 server: a disk's file system, served.
 *
 *      rom/ext2 [ro]
 *      capabilities: fs_server (the gate it serves), block (the disk),
 *                    vbus (optional: a bus of io's, to be asked before the
 *                    machine ends)
 */
#include "disk_io.h"
#include "e2fsprogs.h"
#include "ending.h"
#include "ext2.h"
#include <l4/re/env.h>
#include <stdio.h>
#include <string.h>

static void close_now(void)
{
    long unwritten = volume_finish(), error = ext2_close();
    error = unwritten < 0 ? unwritten : error;
    if (error < 0)
        printf("not closed: %s\n", l4sys_errtostr(error));
    else
        printf("closed\n");
}

static void on_serving(struct l4re_server *server)
{
    l4_cap_idx_t bus = l4re_env_get_cap("vbus");
    long error = l4_is_valid_cap(bus)
                     ? ending_start(server, bus, "file system", close_now)
                     : 0;
    ext2_on_change = ending_again;
    if (error < 0)
        printf("will not hear of the machine's end: %s\n",
               l4sys_errtostr(error));
}

int main(int argc, char **argv)
{
    struct volume_driver driver;
    const char *why = NULL;
    bool is_read_only = argc > 1 && !strcmp(argv[1], "ro");
    if (argc > 1 + is_read_only) {
        printf("usage: ext2 [ro]\n");
        return 2;
    }
    long error = disk_io_open(l4re_env_get_cap("block"));
    if (error < 0) {
        printf("no disk: %s\n", l4sys_errtostr(error));
        return 1;
    }
    error = ext2_open(is_read_only, &driver, &why);
    if (error < 0) {
        printf("no file system: %s\n", l4sys_errtostr(error));
        return 1;
    }
    printf("%s, blocks of %u bytes%s%s\n", ext2_kind(), ext2->blocksize,
           why ? ", read-only: " : "", why ? why : "");
    driver.serving = on_serving;
    error = volume_serve(&driver, l4re_env_get_cap("fs_server"));
    printf("ext2: %s\n", l4sys_errtostr(error));
    return error < 0;
}
