/*
 * The one that everybody else must leave alone: fills its memory with a
 * pattern, then tells each caller how many bytes are not as they were.
 *
 *      rom/sys-canary           serves, until told to stop
 *      rom/sys-canary ask       exit code 0: the server is unharmed
 *      rom/sys-canary stop      the same, and ends it
 */
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 256 * 1024, ASK = 0x10, STOP = 0x11, EXIT_HARMED = 3 };

static unsigned char data[SIZE];
static unsigned char *heap;

static unsigned char pattern(unsigned i)
{
    return (unsigned char)(i * 2654435761u >> 24);
}

static void fill(unsigned char *p)
{
    for (unsigned i = 0; i < SIZE; i++)
        p[i] = pattern(i);
}

static unsigned long harmed(const unsigned char *p)
{
    unsigned long n = 0;
    for (unsigned i = 0; i < SIZE; i++)
        n += p[i] != pattern(i);
    return n;
}

/* The answer to every request. */
static l4_msgtag_t answer(void)
{
    l4_utcb_mr()->mr[0] = harmed(data) + harmed(heap);
    return l4_msgtag(0, 1, 0, 0);
}

static int serve(void)
{
    l4_cap_idx_t gate = l4re_env_get_cap("canary");
    l4_umword_t label;
    heap = malloc(SIZE);
    if (!heap || l4_error(l4_rcv_ep_bind_thread(gate, l4re_env()->main_thread,
                                                0x40)) < 0)
        return 1;
    fill(data);
    fill(heap);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    while (l4_msgtag_has_error(tag) || l4_msgtag_label(tag) != STOP) {
        if (l4_msgtag_has_error(tag)) /* the caller did not wait */
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), answer(), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
    l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), answer(),
                 L4_IPC_BOTH_TIMEOUT_0);
    return 0;
}

static int ask(long what)
{
    l4_msgtag_t tag = l4_ipc_call(l4re_env_get_cap("canary"), l4_utcb(),
                                  l4_msgtag(what, 0, 0, 0), L4_IPC_NEVER);
    unsigned long n = l4_utcb_mr()->mr[0];
    if (l4_error(tag) < 0)
        return 1;
    if (n)
        printf("%lu bytes were changed\n", n);
    return n ? EXIT_HARMED : 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return serve();
    return ask(strcmp(argv[1], "stop") ? ASK : STOP);
}
