/*
 * Debug: asks a server to tell about one of its objects on its console.
 */
#include "message.h"
#include <l4/re/c/debug.h>
#include <l4/re/protocols.h>

l4_ret_t l4re_debug_obj_debug(l4_cap_idx_t srv, unsigned long function)
{
    struct message m = message_start(L4RE_PROTO_DEBUG, function);
    return message_call(srv, &m);
}
