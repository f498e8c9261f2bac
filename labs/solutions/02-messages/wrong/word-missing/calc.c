/*
 * Part 2: a calculator that keeps one sum for each of its clients.
 *
 * Two gates lead here, "client_a" and "client_b". Who holds which is the
 * system description's business; which one a request came through, the
 * server learns from the label it has given to the gate.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

/* A label is a word of your choice whose two low bits are 0. */
enum { LABEL_A = 0x10, LABEL_B = 0x20 };

static l4_umword_t sum_a, sum_b;

static l4_msgtag_t serve(l4_umword_t label, l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_umword_t *sum = label == LABEL_A ? &sum_a : &sum_b;
    unsigned words = l4_msgtag_words(request);

    if (l4_msgtag_label(request) != CALC_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (m->mr[0] == CALC_ADD)
        *sum += m->mr[1];
    else if (words >= 2 && m->mr[0] == CALC_SET)
        *sum = m->mr[1];
    else if (words < 1 || m->mr[0] != CALC_GET)
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    m->mr[0] = *sum;
    return l4_msgtag(0, 1, 0, 0);
}

static int bind(const char *name, l4_umword_t label)
{
    long error = l4_error(l4_rcv_ep_bind_thread(
        l4re_env_get_cap(name), l4re_env()->main_thread, label));
    if (error < 0)
        printf("%s: %s\n", name, l4sys_errtostr(error));
    return error < 0;
}

int main(void)
{
    if (bind("client_a", LABEL_A) || bind("client_b", LABEL_B))
        return 1;

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
