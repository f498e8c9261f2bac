/*
 * Given: customers. Arguments: the capability's name, the protocol, how many
 * requests, MR0 (or "job": 1, 2, 3, ...), MR1, microseconds of sleep between
 * two, and a priority. A customer of higher priority, when it wakes up, goes
 * before whatever the others are in the middle of.
 */
#include "threads.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 8)
        return 2;
    thread_priority(l4re_env()->main_thread, (unsigned)atoi(argv[7]));
    l4_ipc_sleep_ms(5); /* until all are there */
    l4_cap_idx_t server = l4re_env_get_cap(argv[1]);
    long protocol = strtol(argv[2], 0, 0);
    int count = atoi(argv[3]);
    int jobs = !strcmp(argv[4], "job");
    for (int i = 0; i < count; i++) {
        l4_utcb_mr()->mr[0] =
            jobs ? (l4_umword_t)i + 1 : strtoul(argv[4], 0, 0);
        l4_utcb_mr()->mr[1] = strtoul(argv[5], 0, 0);
        l4_ipc_call(server, l4_utcb(), l4_msgtag(protocol, 2, 0, 0),
                    L4_IPC_NEVER);
        l4_ipc_sleep_us((unsigned)atoi(argv[6]));
    }
    return 0;
}
