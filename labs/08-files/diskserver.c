/*
 * Given: a disk whose power can be cut at any write.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

enum { LABEL_DISK = 0x10, LABEL_SWITCH = 0x20 };

static l4_umword_t blocks[DISK_BLOCKS][BLOCK_WORDS];
static l4_umword_t writes_left; /* 0: no end */
static int dark, half;

static l4_msgtag_t serve_switch(l4_msgtag_t request)
{
    const l4_msg_regs_t *m = l4_utcb_mr();
    if (l4_msgtag_label(request) != POWER_PROTOCOL)
        return l4_msgtag(0, 0, 0, 0);
    dark = 0;
    writes_left = 0;
    if (m->mr[0] == CUT) {
        memset(blocks, 0, sizeof blocks);
        writes_left = m->mr[1];
        half = m->mr[2] != 0;
    }
    return l4_msgtag(0, 0, 0, 0);
}

static l4_msgtag_t serve_disk(l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_umword_t block = m->mr[1];
    if (l4_msgtag_label(request) != DISK_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (block >= DISK_BLOCKS)
        return l4_msgtag(-L4_ERANGE, 0, 0, 0);
    if (dark)
        return l4_msgtag(-L4_EIO, 0, 0, 0);
    if (m->mr[0] == READ) {
        memcpy(m->mr, blocks[block], sizeof blocks[block]);
        return l4_msgtag(0, BLOCK_WORDS, 0, 0);
    }
    dark = writes_left && --writes_left == 0;
    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        if (!dark || (half && i % 2 == 0))
            blocks[block][i] = m->mr[2 + i];
    return l4_msgtag(dark ? -L4_EIO : 0, 0, 0, 0);
}

int main(void)
{
    l4_umword_t label;
    l4_cap_idx_t self = l4re_env()->main_thread;
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), self, LABEL_DISK);
    l4_rcv_ep_bind_thread(l4re_env_get_cap("switch"), self, LABEL_SWITCH);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag)) {
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
            continue;
        }
        l4_msgtag_t answer = (label & ~3ul) == LABEL_SWITCH ? serve_switch(tag)
                                                            : serve_disk(tag);
        tag = l4_ipc_reply_and_wait(l4_utcb(), answer, &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
