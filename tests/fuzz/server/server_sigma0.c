/*
 * sigma0: memory is a part of this program's own image, as there. What it
 * gives stays given, to the clients it makes, of which there are as many as it
 * has numbers.
 */
#include "kernel.h"
#include <l4/sys/kip.h>
#include <l4/sys/memdesc.h>

enum { POOL = 1 << 20 };

static _Alignas(L4_PAGESIZE) char pool[POOL];
extern char __ehdr_start[], _end[];

static void prepare(void)
{
    l4_kernel_info_t *kip = (l4_kernel_info_t *)l4_kip();
    l4_addr_t start = l4_trunc_page((l4_addr_t)__ehdr_start);
    l4_addr_t end = l4_round_page((l4_addr_t)_end), ram = (l4_addr_t)pool;
    kip->mem_descs = sizeof *kip;
    kip->mem_descs_num = 4;
    l4_kernel_info_mem_desc_t *d = l4_kernel_info_get_mem_descs(kip);
    l4_kernel_info_set_mem_desc(&d[0], ram, ram + POOL - 1,
                                l4_mem_type_conventional, 0, 0);
    l4_kernel_info_set_mem_desc(&d[1], start, ram - 1, l4_mem_type_reserved, 0,
                                0);
    l4_kernel_info_set_mem_desc(&d[2], ram + POOL, end - 1,
                                l4_mem_type_reserved, 0, 0);
    l4_kernel_info_set_mem_desc(&d[3], 0x10000000, 0x10000fff,
                                l4_mem_type_dedicated, 0, 0);
}

const struct host_server host_server = {
    .argv = {"sigma0"},
    .gates = {"first"},
    .first_label = 0x10,
    .protocols = {L4_PROTO_SIGMA0, L4_PROTO_FACTORY, L4_PROTO_PAGE_FAULT,
                  L4_PROTO_IO_PAGE_FAULT},
    .keeps = true,
    .prepare = prepare,
};
