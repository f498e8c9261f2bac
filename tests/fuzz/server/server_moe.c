/*
 * moe, whole: its memory is a pool of the host's, sigma0 a function, and the
 * first program's thread never runs; the fuzzer holds what it would.
 *
 * Left out: who holds a first object may destroy it, and then there is nothing
 * left to ask.
 */
#include "../../../servers/lib/l4re_c/protocol.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include "../../../servers/moe/frames.h"
#include "../../../servers/moe/object.h"
#include "kernel.h"
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/err.h>
#include <l4/sys/kip.h>
#include <l4/sys/memdesc.h>
#include <l4/vitrine/bootinfo.h>
#include <stdlib.h>
#include <string.h>

enum { POOL = 16 << 20, CHUNK = 4 << 20 };

static char *pool;
static l4_addr_t given; /* bytes of it */

static void prepare(void)
{
    static _Alignas(L4_PAGESIZE) char module[L4_PAGESIZE] = "a file";
    static _Alignas(L4_PAGESIZE) char table[2 * L4_PAGESIZE];
    l4_kernel_info_t *kip = (l4_kernel_info_t *)l4_kip();
    struct l4_vitrine_bootinfo *info = (void *)table;

    pool = aligned_alloc(POOL, POOL);
    kip->mem_descs = sizeof *kip;
    kip->mem_descs_num = 2;
    l4_kernel_info_mem_desc_t *d = l4_kernel_info_get_mem_descs(kip);
    l4_kernel_info_set_mem_desc(&d[0], (l4_addr_t)pool,
                                (l4_addr_t)pool + POOL - 1,
                                l4_mem_type_conventional, 0, 0);
    l4_kernel_info_set_mem_desc(&d[1], 0, (1ul << 47) - 1,
                                l4_mem_type_conventional, 1, 0);
    kip->user_ptr = (l4_addr_t)table;
    info->magic = L4_VITRINE_BOOTINFO_MAGIC;
    info->size = sizeof *info + sizeof info->module[0];
    info->count = 1;
    strcpy(info->command, "rom/file");
    strcpy(info->module[0].name, "file");
    info->module[0].start = (l4_addr_t)module;
    info->module[0].end = (l4_addr_t)module + sizeof module - 1;
}

int l4sigma0_map_mem(l4_cap_idx_t sigma0, l4_addr_t phys, l4_addr_t virt,
                     l4_addr_t size)
{
    (void)sigma0, (void)phys, (void)virt, (void)size;
    return 0;
}

int l4sigma0_map_anypage(l4_cap_idx_t sigma0, l4_addr_t map_area,
                         unsigned log2_map_size, l4_addr_t *base, unsigned sz)
{
    l4_addr_t size = 1ul << sz, at = (given + size - 1) & ~(size - 1);
    (void)sigma0, (void)map_area, (void)log2_map_size;
    if (sz > 30 || at + size > POOL)
        return -L4_ENOMEM;
    *base = (l4_addr_t)pool + at;
    given = at + size;
    return 0;
}

long vitrine_destroy(l4_cap_idx_t object)
{
    (void)object;
    return 0;
}

static bool leaves_out(long protocol, bool is_first)
{
    return is_first && protocol == MOE_PROTO_OBJECT;
}

static const char *check(void)
{
    const char *broken = frames_check();
    return broken ? broken : object_check_all();
}

static size_t used(void)
{
    l4_size_t total, left;
    frames_count(&total, &left);
    return total - left;
}

const struct host_server host_server = {
    .argv = {"moe"},
    .protocols = {L4RE_PROTO_DATASPACE, L4RE_PROTO_RM, L4RE_PROTO_NAMESPACE,
                  L4RE_PROTO_DMA_SPACE, L4_PROTO_FACTORY, L4_PROTO_LOG,
                  L4_PROTO_SCHEDULER, MOE_PROTO_OBJECT, L4RE_PROTO_DEBUG,
                  L4_PROTO_PAGE_FAULT},
    .takes_gates = true,
    .prepare = prepare,
    .leaves_out = leaves_out,
    .check = check,
    .used = used,
};
