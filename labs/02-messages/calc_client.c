/*
 * Given: asks the calculator. Not to be edited; the tests use their own.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/thread.h>
#include <stdio.h>
#include <stdlib.h>

static void ask(long protocol, unsigned words, unsigned long op,
                unsigned long argument)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = op;
    m->mr[1] = argument;
    l4_msgtag_t tag =
        l4_ipc_call(l4re_env_get_cap("calc"), l4_utcb(),
                    l4_msgtag(protocol, words, 0, 0), L4_IPC_NEVER);
    printf("operation %lu, %lu: answer %ld, sum %ld\n", op, argument,
           (long)l4_msgtag_label(tag), (long)l4_utcb_mr()->mr[0]);
}

int main(int argc, char **argv)
{
    unsigned long value = argc > 1 ? strtoul(argv[1], 0, 0) : 7;

    ask(CALC_PROTOCOL, 1, CALC_GET, 0);
    for (unsigned i = 0; i < 4; i++) {
        ask(CALC_PROTOCOL, 2, CALC_ADD, value + i);
        l4_thread_yield(); /* the other client's turn */
    }
    ask(CALC_PROTOCOL, 2, CALC_SET, value);
    ask(CALC_PROTOCOL, 1, CALC_ADD, 0); /* a word is missing */
    ask(CALC_PROTOCOL, 2, 17, 1);       /* no such operation */
    ask(CALC_PROTOCOL + 1, 2, CALC_ADD, 1);
    ask(CALC_PROTOCOL, 1, CALC_GET, 0);
    return 0;
}
