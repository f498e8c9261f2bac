/*
 * Parent: a program tells its loader that it ends (signal 0) or else what.
 */
#include "message.h"
#include <l4/re/c/parent.h>
#include <l4/re/protocols.h>

long l4re_parent_signal(l4_cap_idx_t parent, unsigned long sig,
                        unsigned long val)
{
    struct message m = message_start(L4RE_PROTO_PARENT, PARENT_SIGNAL);
    message_word(&m, sig);
    message_word(&m, val);
    return message_call(parent, &m);
}
