/*
 * Part 1: a name service.
 *
 * Servers register a capability under a name, clients look it up. Whoever
 * may look everything up has everything: so this one asks the policy first,
 * and hands on no more rights than it says.
 */
#include "policy.h"
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <stdio.h>

enum { LABEL_STEP = 0x10 };

/* Where the next capability may go that comes with a request. */
static l4_cap_idx_t window;

static void open_window(void)
{
    (void)window;
    /* TODO: say in the buffer registers that one capability may come, and
     * where to (protocol.h of lab 5 and its filter know how). */
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
}

static l4_msgtag_t on_register(unsigned client, l4_umword_t name, int came)
{
    (void)client;
    (void)name;
    (void)came;
    /* TODO: keep what came under its name. And if it is refused? */
    return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
}

static l4_msgtag_t on_lookup(unsigned client, l4_umword_t name)
{
    (void)client;
    (void)name;
    /* TODO: an answer with a map item: L4_CAP_FPAGE_RO or L4_CAP_FPAGE_RW. */
    return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
}

static l4_msgtag_t serve(l4_umword_t label, l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    unsigned client = (label & ~(l4_umword_t)RIGHTS_IN_LABEL) / LABEL_STEP;

    if (l4_msgtag_label(request) != NAMES_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (l4_msgtag_words(request) < 2)
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    switch (m->mr[0]) {
    case REGISTER:
        return on_register(client, m->mr[1], l4_msgtag_items(request) > 0);
    case LOOKUP:
        return on_lookup(client, m->mr[1]);
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
}

/* Every client has a gate of its own, "client_1" and so on. */
static long bind_gates(unsigned clients)
{
    for (unsigned i = 1; i <= clients; i++) {
        char name[16];
        snprintf(name, sizeof name, "client_%u", i);
        long error = l4_error(l4_rcv_ep_bind_thread(
            l4re_env_get_cap(name), l4re_env()->main_thread, i * LABEL_STEP));
        if (error < 0)
            return error;
    }
    return 0;
}

int main(int argc, char **argv)
{
    long error = bind_gates(policy_read(argc, argv));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }

    l4_umword_t label;
    open_window();
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag)) {
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
            continue;
        }
        l4_msgtag_t answer = serve(label, tag);
        open_window();
        tag = l4_ipc_reply_and_wait(l4_utcb(), answer, &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
