/*
 * Client side of sigma0: asking the root pager for memory.
 *
 * Source: ABI.md section 3, "Sigma0 protocol".
 */
#include <l4/sigma0/sigma0.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>

/* One request; the page arrives in `window`. 0, or a code of sigma0.h. */
static int request(l4_cap_idx_t sigma0, l4_umword_t what, l4_fpage_t page,
                   l4_fpage_t window)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_buf_regs_t *b = l4_utcb_br();
    m->mr[0] = what;
    m->mr[1] = page.raw;
    b->bdr = 0;
    b->br[0] = L4_ITEM_MAP;
    b->br[1] = window.raw;
    l4_msgtag_t tag = l4_ipc_call(
        sigma0, l4_utcb(), l4_msgtag(L4_PROTO_SIGMA0, 2, 0, 0), L4_IPC_NEVER);
    if (l4_msgtag_has_error(tag))
        return L4SIGMA0_IPCERROR;
    if (l4_msgtag_label(tag) < 0 || !l4_msgtag_items(tag))
        return L4SIGMA0_NOFPAGE;
    return L4SIGMA0_OK;
}

/* Piece by piece, each as large as alignment and size allow. */
static int map_range(l4_cap_idx_t sigma0, l4_umword_t what, l4_addr_t phys,
                     l4_addr_t virt, l4_addr_t size)
{
    if ((phys | virt | size) & ~L4_PAGEMASK)
        return L4SIGMA0_NOTALIGNED;
    while (size) {
        unsigned order = L4_PAGESHIFT;
        while (order < 46 && !((phys | virt) & (1ul << order)) &&
               (2ul << order) <= size)
            order++;
        int error = request(sigma0, what, l4_fpage(phys, order, L4_FPAGE_RWX),
                            l4_fpage(virt, order, L4_FPAGE_RWX));
        if (error)
            return error;
        phys += 1ul << order;
        virt += 1ul << order;
        size -= 1ul << order;
    }
    return L4SIGMA0_OK;
}

l4_kernel_info_t *l4sigma0_map_kip(l4_cap_idx_t sigma0, void *addr,
                                   unsigned log2_size)
{
    int error = request(sigma0, SIGMA0_REQ_KIP, l4_fpage(0, L4_PAGESHIFT, 0),
                        l4_fpage((l4_addr_t)addr, log2_size, L4_FPAGE_RX));
    return error ? 0 : addr;
}

int l4sigma0_map_mem(l4_cap_idx_t sigma0, l4_addr_t phys, l4_addr_t virt,
                     l4_addr_t size)
{
    return map_range(sigma0, SIGMA0_REQ_FPAGE_RAM, phys, virt, size);
}

int l4sigma0_map_iomem(l4_cap_idx_t sigma0, l4_addr_t phys, l4_addr_t virt,
                       l4_addr_t size, int cached)
{
    return map_range(
        sigma0, cached ? SIGMA0_REQ_FPAGE_IOMEM_CACHED : SIGMA0_REQ_FPAGE_IOMEM,
        phys, virt, size);
}

int l4sigma0_map_anypage(l4_cap_idx_t sigma0, l4_addr_t map_area,
                         unsigned log2_map_size, l4_addr_t *base, unsigned sz)
{
    int error =
        request(sigma0, SIGMA0_REQ_FPAGE_ANY, l4_fpage(0, sz, L4_FPAGE_RWX),
                l4_fpage(map_area, log2_map_size, L4_FPAGE_RWX));
    if (!error)
        *base = l4_trunc_page(l4_utcb_mr()->mr[0]);
    return error;
}

void l4sigma0_debug_dump(l4_cap_idx_t sigma0)
{
    request(sigma0, SIGMA0_REQ_DEBUG_DUMP, l4_fpage(0, 0, 0),
            l4_fpage(0, 0, 0));
}

/* Our sigma0 keeps no coverage data and refuses. */
void l4sigma0_print_cov_data(l4_cap_idx_t pager)
{
    request(pager, SIGMA0_REQ_COV_DATA, l4_fpage(0, 0, 0), l4_fpage(0, 0, 0));
}

char const *l4sigma0_map_errstr(int err)
{
    switch (err) {
    case L4SIGMA0_OK:
        return "no error";
    case L4SIGMA0_NOTALIGNED:
        return "address or size not page aligned";
    case L4SIGMA0_IPCERROR:
        return "IPC error";
    case L4SIGMA0_NOFPAGE:
        return "sigma0 has no such page to give";
    default:
        return "unknown error";
    }
}
