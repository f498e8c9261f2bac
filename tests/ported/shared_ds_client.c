/*
 * Ported program: gets a dataspace and a page from the server behind "shared",
 * reads both, and finds that it may not write.
 */
#include "handmade.h"
#include "shared_ds.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/rm.h>

static long ask(l4_umword_t what)
{
    l4_utcb_mr()->mr[0] = what;
    return l4_error(l4_ipc_call(l4re_env_get_cap("shared"), l4_utcb(),
                                l4_msgtag(SHARED_PROTO, 1, 0, 0),
                                L4_IPC_NEVER));
}

static void dataspace(void)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    l4re_ds_stats_t stats;
    void *at = 0, *no = 0;
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = ds | L4_RCV_ITEM_SINGLE_CAP;
    must("get", ask(SHARED_GET_DS));
    must("info", l4re_ds_info(ds, &stats));
    printf("%lu bytes, flags %lx\n", (unsigned long)stats.size, stats.flags);
    must("attach",
         l4re_rm_attach(&at, stats.size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R,
                        ds, 0, L4_PAGESHIFT));
    printf("%s ... %s\n", (char *)at, (char *)at + stats.size - 8);
    printf("attach to write: %d\n",
           l4re_rm_attach(&no, stats.size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                          ds | L4_CAP_FPAGE_RW, 0, L4_PAGESHIFT));
    must("detach", l4re_rm_detach(at));
    l4re_util_cap_free_um(ds);
}

static void page(void)
{
    l4_addr_t at = 0;
    must("area", l4re_rm_reserve_area(&at, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR,
                                      L4_PAGESHIFT));
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = l4_fpage(at, L4_PAGESHIFT, L4_FPAGE_RWX).raw;
    must("get", ask(SHARED_GET_PAGE));
    printf("%s\n", (char *)at);
    printf("another question: %ld\n", ask(3));
}

int main(void)
{
    dataspace();
    page();
    return 0;
}
