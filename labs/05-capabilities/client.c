/*
 * Given: the broker's clients. The first argument says which one, the second
 * is the number it writes.
 *
 *   reader   borrows to read, tries to change, keeps its loan for 60 ms
 *   writer   borrows to write, passes the capability on to "friend", returns
 *            it after 20 ms, tries to use it
 *   friend   gets a capability, uses it, uses it again after 40 ms
 *   second   wants to write while the writer does, and again at 40 ms
 */
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static l4_cap_idx_t loan;
static unsigned long value;

static void window(void)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    b->br[0] = loan | L4_RCV_ITEM_SINGLE_CAP;
    b->br[1] = 0;
}

static long broker(unsigned op)
{
    window();
    l4_utcb_mr()->mr[0] = op;
    return l4_error(l4_ipc_call(l4re_env_get_cap("broker"), l4_utcb(),
                                l4_msgtag(BROKER_PROTOCOL, 1, 0, 0),
                                L4_IPC_NEVER));
}

static long vault(unsigned op)
{
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    l4_utcb_mr()->mr[0] = op;
    l4_utcb_mr()->mr[1] = value;
    long result = l4_error(l4_ipc_call(
        loan, l4_utcb(), l4_msgtag(VAULT_PROTOCOL, 2, 0, 0), L4_IPC_NEVER));
    printf("%s: %s\n", op == VAULT_LOOK ? "look" : "change",
           l4sys_errtostr(result));
    return result;
}

static void pass_on(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_obj_fpage(loan, 0, L4_CAP_FPAGE_RW).raw;
    l4_ipc_call(l4re_env_get_cap("friend"), l4_utcb(), l4_msgtag(0, 0, 1, 0),
                L4_IPC_NEVER);
}

static void be_reader(void)
{
    broker(RETURN); /* nothing to return */
    broker(BORROW_READ);
    broker(BORROW_READ); /* one is enough */
    broker(17);
    vault(VAULT_LOOK);
    vault(VAULT_CHANGE);
    l4_ipc_sleep_ms(60);
    vault(VAULT_LOOK);
    broker(RETURN);
    vault(VAULT_LOOK);
}

static void be_writer(void)
{
    broker(BORROW_WRITE);
    vault(VAULT_CHANGE);
    pass_on();
    l4_ipc_sleep_ms(20);
    broker(RETURN);
    vault(VAULT_LOOK);
}

static void be_friend(void)
{
    l4_umword_t label;
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0);
    window();
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(),
                l4_msgtag(0, 0, 0, 0), L4_IPC_BOTH_TIMEOUT_0);
    vault(VAULT_LOOK);
    l4_ipc_sleep_ms(40);
    vault(VAULT_LOOK);
}

static void be_second(void)
{
    l4_ipc_sleep_ms(10);
    broker(BORROW_WRITE);
    l4_ipc_sleep_ms(30);
    broker(BORROW_WRITE);
    vault(VAULT_CHANGE);
    broker(RETURN);
}

int main(int argc, char **argv)
{
    const char *role = argc > 1 ? argv[1] : "reader";
    value = argc > 2 ? strtoul(argv[2], 0, 0) : 1;
    loan = l4re_util_cap_alloc();
    if (!strcmp(role, "reader"))
        be_reader();
    else if (!strcmp(role, "writer"))
        be_writer();
    else if (!strcmp(role, "friend"))
        be_friend();
    else
        be_second();
    return 0;
}
