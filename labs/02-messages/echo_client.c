/*
 * Given: asks the echo server. Not to be edited; the tests use their own.
 *
 * Sends messages of 1 to 8 words, then one of another protocol, then gives
 * up on an answer before it can come ("rude"), then asks once more.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>

static l4_msgtag_t ask(long protocol, unsigned words, unsigned long value,
                       l4_timeout_t timeout)
{
    for (unsigned i = 0; i < words; i++)
        l4_utcb_mr()->mr[i] = value * (i + 1);
    return l4_ipc_call(l4re_env_get_cap("echo"), l4_utcb(),
                       l4_msgtag(protocol, words, 0, 0), timeout);
}

int main(int argc, char **argv)
{
    unsigned long value = argc > 1 ? strtoul(argv[1], 0, 0) : 7;

    for (unsigned words = 1; words <= 8; words++) {
        l4_msgtag_t tag =
            ask(ECHO_PROTOCOL, words, value + words, L4_IPC_NEVER);
        printf("%u words: answer %ld, %u words\n", words,
               (long)l4_msgtag_label(tag), l4_msgtag_words(tag));
    }
    ask(ECHO_PROTOCOL + 1, 1, value, L4_IPC_NEVER);
    ask(ECHO_PROTOCOL, 1, value, L4_IPC_RECV_TIMEOUT_0);
    ask(ECHO_PROTOCOL, 2, value, L4_IPC_NEVER);
    return 0;
}
