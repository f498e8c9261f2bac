/*
 * A file server, over a disk that may lose its power at any moment.
 *
 * What is on the disk, and where, is up to you. Begin with something that
 * works, then read part 3 before you call it done.
 */
#include "disk.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SESSIONS_MAX = 4, LABEL_STEP = 0x10 };

static unsigned quota[SESSIONS_MAX]; /* files of each session */

/* What is on the disk, when the server starts. */
static long mount(void)
{
    /* TODO */
    return 0;
}

static long put(unsigned session, l4_umword_t name, const l4_umword_t *words,
                unsigned count)
{
    (void)session;
    (void)name;
    (void)words;
    (void)count;
    (void)quota;
    /* TODO: disk_write() */
    return -L4_ENOSYS;
}

/* The number of words, copied to `words`; or an error. */
static long get(unsigned session, l4_umword_t name, l4_umword_t *words)
{
    (void)session;
    (void)name;
    (void)words;
    /* TODO: disk_read() */
    return -L4_ENOSYS;
}

static long delete (unsigned session, l4_umword_t name)
{
    (void)session;
    (void)name;
    /* TODO */
    return -L4_ENOSYS;
}

static l4_msgtag_t serve(unsigned session, l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_umword_t words[L4_UTCB_GENERIC_DATA_SIZE], name = m->mr[1];
    unsigned count = l4_msgtag_words(request);

    if (l4_msgtag_label(request) != FILES_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (count < 2)
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    switch (m->mr[0]) {
    case PUT: /* the disk's messages use the same registers */
        memcpy(words, m->mr + 2, (count - 2) * sizeof *words);
        return l4_msgtag(put(session, name, words, count - 2), 0, 0, 0);
    case GET: {
        long got = get(session, name, words);
        if (got < 0)
            return l4_msgtag(got, 0, 0, 0);
        memcpy(m->mr, words, (size_t)got * sizeof *words);
        return l4_msgtag(0, (unsigned)got, 0, 0);
    }
    case DELETE:
        return l4_msgtag(delete (session, name), 0, 0, 0);
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
}

/* Every session has a gate of its own, "client_1" and so on; the arguments
 * are the quotas. */
static void open_sessions(int count, char **quotas)
{
    for (int i = 1; i < count && i <= SESSIONS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "client_%d", i);
        quota[i - 1] = (unsigned)atoi(quotas[i]);
        l4_rcv_ep_bind_thread(l4re_env_get_cap(name), l4re_env()->main_thread,
                              (l4_umword_t)i * LABEL_STEP);
    }
}

int main(int argc, char **argv)
{
    long error = mount();
    if (error < 0) {
        printf("no disk: %s\n", l4sys_errtostr(error));
        return 1;
    }
    open_sessions(argc, argv);

    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(
                l4_utcb(), serve((unsigned)(label / LABEL_STEP) - 1, tag),
                &label, L4_IPC_SEND_TIMEOUT_0);
    }
}
