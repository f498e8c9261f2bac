/*
 * The meta protocol: asking an object what it is. Servers answer it, too.
 * Source: ABI.md section 1, "Kobject base" (L4_PROTO_META).
 */
#ifndef L4_SYS_META_H
#define L4_SYS_META_H

enum L4_meta_op {
    L4_META_OP_NUM_INTERFACES = 0,
    L4_META_OP_INTERFACE = 1,
    L4_META_OP_SUPPORTS = 2, /* MR1 protocol -> label 1: yes, 0: no */
};

#endif
