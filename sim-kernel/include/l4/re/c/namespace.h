/*
 * Name space: names to capabilities, one name per part between slashes.
 * Source: ABI.md section 4.
 */
#ifndef L4_RE_C_NAMESPACE_H
#define L4_RE_C_NAMESPACE_H

#include <l4/sys/types.h>

typedef l4_cap_idx_t l4re_namespace_t;

/* Rights that a query is given, as of a flexpage: not single bits but sets
 * (RW contains RO). */
enum l4re_ns_register_flags {
    L4RE_NS_REGISTER_RO = L4_CAP_FPAGE_RO,
    L4RE_NS_REGISTER_RW = L4_CAP_FPAGE_RW,
    L4RE_NS_REGISTER_RS = L4_CAP_FPAGE_RS,
    L4RE_NS_REGISTER_RWS = L4_CAP_FPAGE_RWS,
    L4RE_NS_REGISTER_STRONG = L4_CAP_FPAGE_S,
    L4RE_NS_REGISTER_DIR = 0x10,
    L4RE_NS_REGISTER_LINK = 0x100,
    L4RE_NS_REGISTER_OVERWRITE = 0x200,
};

L4_BEGIN_DECLS

/* The capability called `name` into slot `cap`. 0, or -L4_ENOENT. */
l4_ret_t l4re_ns_query_srv(l4re_namespace_t srv, char const *name,
                           l4_cap_idx_t const cap);

/* The same, waiting up to `timeout` ms (-1: for ever) for somebody to
 * register the name. */
l4_ret_t l4re_ns_query_to_srv(l4re_namespace_t srv, char const *name,
                              l4_cap_idx_t const cap, int timeout);

/* Registers obj (L4_INVALID_CAP: takes the name out) with enum
 * l4re_ns_register_flags. -L4_EEXIST: taken, without OVERWRITE; -L4_EPERM:
 * srv lacks W; -L4_ENAMETOOLONG. */
l4_ret_t l4re_ns_register_obj_srv(l4re_namespace_t srv, char const *name,
                                  l4_cap_idx_t const obj, unsigned flags);

L4_END_DECLS

#endif
