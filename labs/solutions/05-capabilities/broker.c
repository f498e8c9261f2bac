/*
 * Part 1 and 2: a broker that lends a capability, and gets it back.
 *
 * It holds the vault with all rights. What it hands on is derived from its
 * own capability, as a mapping of memory is: the kernel remembers who got it
 * from whom. Taking back what came from one slot takes back everything that
 * was derived from it, at any distance.
 */
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <l4/vitrine/revoke.h>
#include <stdio.h>

enum { CLIENTS = 3, LABEL_STEP = 0x10, RIGHTS_IN_LABEL = 3 };

struct client {
    l4_cap_idx_t slot; /* what is lent is derived from this one */
    int has_loan, may_write;
};

static struct client clients[CLIENTS];
static l4_cap_idx_t vault;

/* The answer that brings a capability with some of its rights. */
static l4_msgtag_t give(l4_cap_idx_t cap, unsigned char rights)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_obj_fpage(cap, 0, rights).raw;
    return l4_msgtag(0, 0, 1, 0);
}

static l4_msgtag_t on_borrow(struct client *c, int write)
{
    if (c->has_loan)
        return l4_msgtag(-L4_EEXIST, 0, 0, 0);
    for (unsigned i = 0; write && i < CLIENTS; i++)
        if (clients[i].has_loan && clients[i].may_write)
            return l4_msgtag(-L4_EBUSY, 0, 0, 0);

    /* A copy of our own for this client: the root of what it gets. */
    unsigned char rights = write ? L4_CAP_FPAGE_RW : L4_CAP_FPAGE_RO;
    if (!c->slot)
        c->slot = l4re_util_cap_alloc();
    long error = l4_error(l4_task_map(
        L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, l4_obj_fpage(vault, 0, rights),
        l4_map_obj_control(c->slot, L4_MAP_ITEM_MAP)));
    if (error < 0)
        return l4_msgtag(error, 0, 0, 0);
    c->has_loan = 1;
    c->may_write = write;
    return give(c->slot, rights);
}

static l4_msgtag_t on_return(struct client *c)
{
    if (!c->has_loan)
        return l4_msgtag(-L4_ENOENT, 0, 0, 0);
    l4_vitrine_revoke(L4_BASE_TASK_CAP,
                      l4_obj_fpage(c->slot, 0, L4_CAP_FPAGE_RWSD));
    c->has_loan = 0;
    return l4_msgtag(0, 0, 0, 0);
}

static l4_msgtag_t serve(l4_umword_t label, l4_msgtag_t request)
{
    struct client *c =
        &clients[(label & ~(l4_umword_t)RIGHTS_IN_LABEL) / LABEL_STEP - 1];

    if (l4_msgtag_label(request) != BROKER_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (l4_msgtag_words(request) < 1)
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    switch (l4_utcb_mr()->mr[0]) {
    case BORROW_READ:
    case BORROW_WRITE:
        return on_borrow(c, l4_utcb_mr()->mr[0] == BORROW_WRITE);
    case RETURN:
        return on_return(c);
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
}

/* Every client has a gate of its own, "client_1" to "client_3". */
static long bind_gates(void)
{
    for (unsigned i = 1; i <= CLIENTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "client_%u", i);
        long error = l4_error(l4_rcv_ep_bind_thread(
            l4re_env_get_cap(name), l4re_env()->main_thread, i * LABEL_STEP));
        if (error < 0)
            return error;
    }
    return 0;
}

int main(void)
{
    vault = l4re_env_get_cap("vault");
    long error = bind_gates();
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }

    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(label, tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
