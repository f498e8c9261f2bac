/*
 * The tmpfs server: a file system in memory of a fixed size.
 *
 *      rom/tmpfs [SIZE]      4096K, 16M, ...; default 4M
 *      capability: fs_server, the gate it serves (fs.iface)
 *
 * SIZE is the most it takes for files and names; memory is taken as it is
 * needed. If its quota is smaller than that, files end there (-L4_ENOSPC).
 */
#include "store.h"
#include "tmpfs.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <stdio.h>
#include <stdlib.h>

static l4re_ds_t memory;

static long commit(uint32_t page, uint32_t count)
{
    return l4re_ds_allocate(memory, (l4_uint64_t)page * STORE_PAGE,
                            (l4_uint64_t)count * STORE_PAGE);
}

/* Bytes, or 0: not a size. */
static unsigned long size_of(const char *text)
{
    char *end;
    unsigned long size = strtoul(text, &end, 10);
    unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 0;
    if (shift)
        end++;
    return *end || end == text || size > (1ul << 40) >> shift ? 0
                                                              : size << shift;
}

static long make_pool(unsigned long size)
{
    void *base = NULL;
    memory = l4re_util_cap_alloc();
    long error = l4re_ma_alloc((long)size, memory, 0);
    if (error >= 0)
        error =
            l4re_rm_attach(&base, size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                           memory, 0, L4_PAGESHIFT);
    if (error >= 0)
        store_init(base, (uint32_t)(size / STORE_PAGE), commit);
    return error;
}

int main(int argc, char **argv)
{
    struct volume_driver driver;
    unsigned long size = size_of(argc > 1 ? argv[1] : "4M");
    if (size < 4 * STORE_PAGE) {
        printf("usage: tmpfs [SIZE], such as 512K or 4M; at least 16K\n");
        return 2;
    }
    long error = make_pool(size & ~(STORE_PAGE - 1ul));
    if (error >= 0)
        error = tmpfs_init(&driver);
    if (error >= 0)
        error = volume_serve(&driver, l4re_env_get_cap("fs_server"));
    printf("tmpfs: %s\n", l4sys_errtostr(error));
    return error < 0;
}
