/*
 * Given: see disk.h.
 */
#include "disk.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>

static long call(unsigned words)
{
    return l4_error(l4_ipc_call(l4re_env_get_cap("disk"), l4_utcb(),
                                l4_msgtag(DISK_PROTOCOL, words, 0, 0),
                                L4_IPC_NEVER));
}

long disk_read(unsigned block, l4_umword_t words[BLOCK_WORDS])
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = READ;
    m->mr[1] = block;
    long error = call(2);
    if (error >= 0)
        memcpy(words, m->mr, BLOCK_WORDS * sizeof *words);
    return error;
}

long disk_write(unsigned block, const l4_umword_t words[BLOCK_WORDS])
{
    l4_msg_regs_t *m = l4_utcb_mr();
    memcpy(m->mr + 2, words, BLOCK_WORDS * sizeof *words);
    m->mr[0] = WRITE;
    m->mr[1] = block;
    return call(2 + BLOCK_WORDS);
}
