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

static l4_msgtag_t call(l4_cap_idx_t disk, unsigned what, l4_umword_t sector,
                        const l4_umword_t *words)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = what;
    m->mr[1] = sector;
    for (unsigned i = 0; i < DISK_WORDS; i++)
        m->mr[2 + i] = words[i];
    return l4_ipc_call(disk, l4_utcb(),
                       l4_msgtag(DISK_PROTOCOL, 2 + DISK_WORDS, 0, 0),
                       L4_IPC_NEVER);
}

/* Both requests may be made twice without harm. */
long disk_call(l4_cap_idx_t disk, unsigned what, l4_umword_t sector,
               l4_umword_t *words)
{
    l4_msgtag_t tag = call(disk, what, sector, words);
    for (unsigned i = 0; i < DISK_WORDS; i++)
        words[i] = l4_utcb_mr()->mr[i];
    return l4_error(tag);
}
