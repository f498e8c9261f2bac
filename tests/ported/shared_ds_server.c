/*
 * Ported program: a server with a dataspace. A client may have the capability
 * (it attaches it itself) or a page of the server's own memory, mapped.
 */
#include "handmade.h"
#include "shared_ds.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <string.h>

static l4re_ds_t ds;
static char *memory;
static char page[L4_PAGESIZE] __attribute__((aligned(L4_PAGESIZE)));

static l4_msgtag_t answer(l4_msgtag_t tag)
{
    l4_msgtag_t reply = l4_msgtag(0, 1, 0, 0);
    if (l4_msgtag_label(tag) != SHARED_PROTO)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (l4_msgtag_words(tag) < 1)
        return l4_msgtag(-L4_EMSGTOOSHORT, 0, 0, 0);
    switch (l4_utcb_mr()->mr[0]) {
    case SHARED_GET_DS:
        l4_utcb_mr()->mr[0] = SHARED_SIZE;
        l4_sndfpage_add(l4_obj_fpage(ds, 0, L4_CAP_FPAGE_RO),
                        l4_map_obj_control(0, L4_MAP_ITEM_MAP), &reply);
        return reply;
    case SHARED_GET_PAGE:
        l4_utcb_mr()->mr[0] = sizeof(page);
        l4_sndfpage_add(l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RO),
                        l4_map_control(0, L4_FPAGE_CACHEABLE, 0), &reply);
        return reply;
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
}

int main(void)
{
    l4_cap_idx_t gate = l4re_env_get_cap("shared");
    l4_umword_t label;

    ds = l4re_util_cap_alloc();
    must("alloc", l4re_ma_alloc(SHARED_SIZE, ds, 0));
    must("attach", l4re_rm_attach((void **)&memory, SHARED_SIZE,
                                  L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                                  ds | L4_CAP_FPAGE_RW, 0, L4_PAGESHIFT));
    strcpy(memory, "from the server's dataspace");
    strcpy(memory + SHARED_SIZE - 8, "end");
    strcpy(page, "from the server's page");
    must("bind", l4_error(l4_rcv_ep_bind_thread(gate, l4re_env()->main_thread,
                                                0x1000)));
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_ipc_error(tag, l4_utcb()) || (label & ~3ul) != 0x1000)
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), answer(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
