/*
 * Parent: a program tells its loader that it ends (signal 0) or else what.
 */
#include "protocol.h"
#include <l4/re/c/message.h>
#include <l4/re/c/parent.h>
#include <l4/re/protocols.h>

long l4re_parent_signal(l4_cap_idx_t parent, unsigned long sig,
                        unsigned long val)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_PARENT, PARENT_SIGNAL);
    l4re_msg_word(&m, sig);
    l4re_msg_word(&m, val);
    return l4re_msg_call(parent, &m, 0);
}
