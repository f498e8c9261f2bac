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

enum { LABEL_STEP = 0x10, ENTRIES_MAX = 32 };

struct entry {
    l4_umword_t name;
    l4_cap_idx_t cap;
};

static struct entry entries[ENTRIES_MAX];
static unsigned entry_count;

/* Where the next capability may go that comes with a request. */
static l4_cap_idx_t window;

static void open_window(void)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    b->br[0] = window | L4_RCV_ITEM_SINGLE_CAP;
    b->br[1] = 0;
}

/* Whatever came and was not registered goes. */
static void clear_window(void)
{
    l4_task_unmap(L4_BASE_TASK_CAP, l4_obj_fpage(window, 0, L4_CAP_FPAGE_RWSD),
                  L4_FP_ALL_SPACES);
}

static struct entry *find(l4_umword_t name)
{
    for (unsigned i = 0; i < entry_count; i++)
        if (entries[i].name == name)
            return &entries[i];
    return 0;
}

static l4_msgtag_t on_register(unsigned client, l4_umword_t name, int came)
{
    long error = 0;
    if (!came)
        error = -L4_EINVAL;
    else if (!policy_may_register(client, name))
        error = -L4_EPERM;
    else if (find(name))
        error = -L4_EEXIST;
    else if (entry_count == ENTRIES_MAX)
        error = -L4_ENOMEM;
    if (error)
        return l4_msgtag(error, 0, 0, 0);
    entries[entry_count++] = (struct entry){name, window};
    window = l4re_util_cap_alloc();
    return l4_msgtag(0, 0, 0, 0);
}

static l4_msgtag_t on_lookup(unsigned client, l4_umword_t name)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    enum policy_right right = policy_right(client, name);
    if (right == RIGHT_NONE)
        return l4_msgtag(-L4_EPERM, 0, 0, 0);
    const struct entry *e = find(name);
    if (!e)
        return l4_msgtag(-L4_ENOENT, 0, 0, 0);
    m->mr[0] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_obj_fpage(e->cap, 0, L4_CAP_FPAGE_RW).raw;
    return l4_msgtag(0, 0, 1, 0);
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
    window = l4re_util_cap_alloc();
    open_window();
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag)) {
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
            continue;
        }
        l4_cap_idx_t came_to = window;
        l4_msgtag_t answer = serve(label, tag);
        if (window == came_to && l4_msgtag_items(tag))
            clear_window();
        open_window();
        tag = l4_ipc_reply_and_wait(l4_utcb(), answer, &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
