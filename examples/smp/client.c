/*
 * The client: goes from CPU to CPU and calls the server from each. A message
 * to another CPU is the same system call with the same answer; only the way
 * is longer: that CPU is told by an interrupt.
 */
#include "smp.h"
#include <l4/sys/ipc.h>
#include <stdio.h>

enum { STOPS = 4 };

int main(void)
{
    l4_cap_idx_t square = l4re_env_get_cap("square");
    for (unsigned i = 0; i < STOPS; i++) {
        long error = go_to_cpu(i);
        l4_utcb_mr()->mr[0] = i + 2;
        if (error >= 0)
            error = l4_error(l4_ipc_call(square, l4_utcb(),
                                         l4_msgtag(SQUARE_PROTOCOL, 1, 0, 0),
                                         L4_IPC_NEVER));
        if (error < 0) {
            printf("stop %u: %s\n", i, l4sys_errtostr(error));
            return 1;
        }
        l4_umword_t answer = l4_utcb_mr()->mr[0];
        printf("stop %u: %u squared is %lu\n", i, i + 2, answer);
    }
    return 0;
}
