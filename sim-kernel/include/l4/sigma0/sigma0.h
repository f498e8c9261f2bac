/*
 * Sigma0: owner of all memory that is not the kernel's, pager of the root
 * task. A request for memory is
 *
 *      label L4_PROTO_SIGMA0, MR0 SIGMA0_REQ_*, MR1 flexpage
 *
 * and the answer maps it; each piece goes to one client only. A factory
 * request for L4_PROTO_SIGMA0 makes a gate for a further client.
 *
 * Source: ABI.md section 3, "Sigma0 protocol".
 */
#ifndef L4_SIGMA0_SIGMA0_H
#define L4_SIGMA0_SIGMA0_H

#include <l4/sys/kip.h>
#include <l4/sys/types.h>

#define SIGMA0_REQ_MAGIC                 (~0xfful)
#define SIGMA0_REQ_MASK                  (~0xfful)
#define SIGMA0_REQ_ID_MASK               0xf0ul

#define SIGMA0_REQ_ID_FPAGE_RAM          0x60ul
#define SIGMA0_REQ_ID_FPAGE_IOMEM        0x70ul
#define SIGMA0_REQ_ID_FPAGE_IOMEM_CACHED 0x80ul
#define SIGMA0_REQ_ID_FPAGE_ANY          0x90ul
#define SIGMA0_REQ_ID_KIP                0xa0ul
#define SIGMA0_REQ_ID_DEBUG_DUMP         0xc0ul
#define SIGMA0_REQ_ID_COV_DATA           0xe0ul

/* MR0 of a request, e.g. SIGMA0_REQ(FPAGE_RAM). */
#define SIGMA0_REQ(id)                (SIGMA0_REQ_MAGIC + SIGMA0_REQ_ID_##id)

#define SIGMA0_REQ_FPAGE_RAM          SIGMA0_REQ(FPAGE_RAM)
#define SIGMA0_REQ_FPAGE_IOMEM        SIGMA0_REQ(FPAGE_IOMEM)
#define SIGMA0_REQ_FPAGE_IOMEM_CACHED SIGMA0_REQ(FPAGE_IOMEM_CACHED)
#define SIGMA0_REQ_FPAGE_ANY          SIGMA0_REQ(FPAGE_ANY)
#define SIGMA0_REQ_KIP                SIGMA0_REQ(KIP)
#define SIGMA0_REQ_DEBUG_DUMP         SIGMA0_REQ(DEBUG_DUMP)
#define SIGMA0_REQ_COV_DATA           SIGMA0_REQ(COV_DATA)

#define SIGMA0_IS_MAGIC_REQ(d1)       (((d1)&SIGMA0_REQ_MASK) == SIGMA0_REQ_MAGIC)

/* Results of the functions below. */
enum l4sigma0_return_flags_t {
    L4SIGMA0_OK = 0,
    L4SIGMA0_NOTALIGNED = -1,   /* phys, virt or size not page aligned */
    L4SIGMA0_IPCERROR = -2,     /* sigma0 could not be asked */
    L4SIGMA0_NOFPAGE = -3,      /* no memory there, or taken */
    L4SIGMA0_4 = -4,            /* sigma0 sent an error */
    L4SIGMA0_5 = -5,            /* asked for nothing */
    L4SIGMA0_SMALLERFPAGE = -6, /* less than asked for came */
};

L4_BEGIN_DECLS

/* The kernel information page at addr (aligned to 2^log2_size, >= 12); NULL:
 * failed. */
l4_kernel_info_t *l4sigma0_map_kip(l4_cap_idx_t sigma0, void *addr,
                                   unsigned log2_size);
/* RAM [phys, phys + size) at virt, all of it or an error. */
int l4sigma0_map_mem(l4_cap_idx_t sigma0, l4_addr_t phys, l4_addr_t virt,
                     l4_addr_t size);
/* Device memory; cached != 0: through the cache. */
int l4sigma0_map_iomem(l4_cap_idx_t sigma0, l4_addr_t phys, l4_addr_t virt,
                       l4_addr_t size, int cached);
/* Any free RAM of 2^sz bytes, somewhere in the window map_area of
 * 2^log2_map_size bytes; *base: where. */
int l4sigma0_map_anypage(l4_cap_idx_t sigma0, l4_addr_t map_area,
                         unsigned log2_map_size, l4_addr_t *base, unsigned sz);
/* Sigma0 prints its books. */
void l4sigma0_debug_dump(l4_cap_idx_t sigma0);
void l4sigma0_print_cov_data(l4_cap_idx_t pager);

/* Text for a result. */
char const *l4sigma0_map_errstr(int err);

L4_END_DECLS

#endif
