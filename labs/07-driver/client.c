/*
 * Part 3: a client that survives its driver (see client.h).
 *
 * A call can fail in two ways: the driver answers with an error (the answer's
 * label), or there is no answer, because the driver is gone
 * (l4_msgtag_has_error()).
 */
#include "client.h"
#include "block.h"
#include <l4/sys/ipc.h>

long disk_call(l4_cap_idx_t disk, unsigned what, l4_umword_t sector,
               l4_umword_t *words)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = what;
    m->mr[1] = sector;
    for (unsigned i = 0; i < DISK_WORDS; i++)
        m->mr[2 + i] = words[i];
    l4_msgtag_t tag = l4_ipc_call(
        disk, l4_utcb(), l4_msgtag(DISK_PROTOCOL, 2 + DISK_WORDS, 0, 0),
        L4_IPC_NEVER);
    /* TODO: and if there is no answer? */
    for (unsigned i = 0; i < DISK_WORDS; i++)
        words[i] = m->mr[i];
    return l4_error(tag);
}
