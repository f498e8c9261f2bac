/*
 * printf formats for the interface's types, as L4Re programs use them.
 */
#ifndef L4_UTIL_L4_MACROS_H
#define L4_UTIL_L4_MACROS_H

#include <l4/sys/consts.h>

#define l4_addr_fmt   "%016lx"
#define l4_mword_fmt  "%ld"
#define l4_umword_fmt "%lu"

/* A capability, as people read it: the number of its slot. */
#define l4util_idfmt        "%lx"
#define l4util_idfmt_adjust "%04lx"
#define l4util_idstr(cap)   ((cap) >> L4_CAP_SHIFT)

#endif
