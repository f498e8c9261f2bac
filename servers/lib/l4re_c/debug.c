/*
 * Debug: asks a server to tell about one of its objects on its console.
 */
#include "protocol.h"
#include <l4/re/c/message.h>
#include <l4/re/c/debug.h>
#include <l4/re/protocols.h>

l4_ret_t l4re_debug_obj_debug(l4_cap_idx_t srv, unsigned long function)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DEBUG, function);
    return l4re_msg_call(srv, &m, 0);
}
