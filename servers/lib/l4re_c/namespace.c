/*
 * Client side of name spaces.
 */
#include "protocol.h"
#include <l4/re/c/message.h>
#include <l4/re/c/namespace.h>
#include <l4/re/protocols.h>

enum { RETRY_MS = 10 };

l4_ret_t l4re_ns_query_srv(l4re_namespace_t srv, char const *name,
                           l4_cap_idx_t const cap)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_NAMESPACE, NAMES_QUERY);
    l4re_msg_text(&m, name, TEXT_MAX - 1);
    l4re_msg_receive_cap(&m, cap);
    return l4re_msg_call(srv, &m, 0);
}

/* timeout: ms to wait for somebody to register the name; -1: for ever. */
l4_ret_t l4re_ns_query_to_srv(l4re_namespace_t srv, char const *name,
                              l4_cap_idx_t const cap, int timeout)
{
    for (;;) {
        long error = l4re_ns_query_srv(srv, name, cap);
        if (error != -L4_ENOENT || timeout == 0)
            return error;
        l4_ipc_sleep_ms(RETRY_MS);
        if (timeout > 0)
            timeout = timeout > RETRY_MS ? timeout - RETRY_MS : 0;
    }
}

l4_ret_t l4re_ns_register_obj_srv(l4re_namespace_t srv, char const *name,
                                  l4_cap_idx_t const obj, unsigned flags)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_NAMESPACE, NAMES_REGISTER);
    l4re_msg_word(&m, flags);
    l4re_msg_text(&m, name, TEXT_MAX - 1);
    if (l4_is_valid_cap(obj))
        l4re_msg_cap(&m, obj, L4_CAP_FPAGE_RWS);
    return l4re_msg_call(srv, &m, 0);
}
