/*
 * Client side of name spaces.
 */
#include "message.h"
#include <l4/re/c/namespace.h>
#include <l4/re/protocols.h>

enum { RETRY_MS = 10 };

l4_ret_t l4re_ns_query_srv(l4re_namespace_t srv, char const *name,
                           l4_cap_idx_t const cap)
{
    struct message m = message_start(L4RE_PROTO_NAMESPACE, NAMES_QUERY);
    long error = message_text(&m, name);
    if (error)
        return error;
    message_receive_cap(cap);
    return message_call(srv, &m);
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
    struct message m = message_start(L4RE_PROTO_NAMESPACE, NAMES_REGISTER);
    message_word(&m, flags);
    long error = message_text(&m, name);
    if (error)
        return error;
    if (l4_is_valid_cap(obj))
        message_cap(&m, obj, L4_CAP_FPAGE_RWS);
    return message_call(srv, &m);
}
