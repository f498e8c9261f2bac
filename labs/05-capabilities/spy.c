/*
 * Given: talks to the world, and tries to slip it the secret.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>

static char page[L4_PAGESIZE] __attribute__((aligned(L4_PAGESIZE)));

static void chat(unsigned words, unsigned long value, unsigned items)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    for (unsigned i = 0; i < words; i++)
        m->mr[i] = value + i;
    m->mr[words] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[words + 1] =
        l4_obj_fpage(l4re_env_get_cap("secret"), 0, L4_CAP_FPAGE_RWS).raw;
    l4_msgtag_t tag =
        l4_ipc_call(l4re_env_get_cap("out"), l4_utcb(),
                    l4_msgtag(CHAT_PROTOCOL, words, items, 0), L4_IPC_NEVER);
    printf("%u words: %s\n", words, l4sys_errtostr(l4_error(tag)));
}

int main(int argc, char **argv)
{
    unsigned long value = argc > 1 ? strtoul(argv[1], 0, 0) : 1;
    page[0] = 1;
    for (unsigned words = 1; words <= 5; words++)
        chat(words, value * words, 0);
    chat(2, value, 1); /* with the secret */
    chat(3, value, 0);
    return 0;
}
