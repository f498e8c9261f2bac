/*
 * Given: see service.h.
 */
#include "service.h"
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

enum { LOOKUPS_MAX = 50 };

static void no_window(void)
{
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
}

long service_register(const char *name, const char *cap)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    no_window();
    m->mr[0] = REGISTER;
    m->mr[1] = name_word(name);
    m->mr[2] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[3] = l4_obj_fpage(l4re_env_get_cap(cap), 0, L4_CAP_FPAGE_RW).raw;
    long error =
        l4_error(l4_ipc_call(l4re_env_get_cap("names"), l4_utcb(),
                             l4_msgtag(NAMES_PROTOCOL, 2, 1, 0), L4_IPC_NEVER));
    if (error < 0)
        printf("cannot be '%s': %s\n", name, l4sys_errtostr(error));
    return error;
}

long service_ask(const char *name, l4_cap_idx_t slot)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = slot | L4_RCV_ITEM_SINGLE_CAP;
    l4_utcb_br()->br[1] = 0;
    m->mr[0] = LOOKUP;
    m->mr[1] = name_word(name);
    return l4_error(l4_ipc_call(l4re_env_get_cap("names"), l4_utcb(),
                                l4_msgtag(NAMES_PROTOCOL, 2, 0, 0),
                                L4_IPC_NEVER));
}

l4_cap_idx_t service_lookup(const char *name)
{
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    long error = -L4_ENOENT;
    for (unsigned i = 0; error == -L4_ENOENT && i < LOOKUPS_MAX; i++) {
        error = service_ask(name, slot);
        if (error == -L4_ENOENT)
            l4_ipc_sleep_ms(1);
    }
    if (error < 0)
        printf("no '%s': %s\n", name, l4sys_errtostr(error));
    return error < 0 ? 0 : slot;
}

long service_call(l4_cap_idx_t cap, long protocol, l4_umword_t op,
                  l4_umword_t a, l4_umword_t b, l4_umword_t *ret_a,
                  l4_umword_t *ret_b)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    no_window();
    m->mr[0] = op;
    m->mr[1] = a;
    m->mr[2] = b;
    long error = l4_error(l4_ipc_call(
        cap, l4_utcb(), l4_msgtag(protocol, 3, 0, 0), L4_IPC_NEVER));
    if (error >= 0 && ret_a)
        *ret_a = m->mr[0];
    if (error >= 0 && ret_b)
        *ret_b = m->mr[1];
    return error;
}

static l4_msgtag_t answer(long words)
{
    return words < 0 ? l4_msgtag(words, 0, 0, 0)
                     : l4_msgtag(0, (unsigned)words, 0, 0);
}

void service_loop(const char *name, long protocol, service_fn *serve)
{
    l4_umword_t label;
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0x10);
    if (service_register(name, "server") < 0)
        return;
    no_window();
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag)) {
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
            continue;
        }
        long words = l4_msgtag_label(tag) != protocol
                         ? -L4_EBADPROTO
                         : serve((label & RIGHT_W_IN_LABEL) != 0);
        no_window();
        tag = l4_ipc_reply_and_wait(l4_utcb(), answer(words), &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
