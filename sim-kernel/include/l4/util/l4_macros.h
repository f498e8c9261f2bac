/*
 * printf formats for the interface's types, as L4Re programs use them.
 */
#ifndef L4_UTIL_L4_MACROS_H
#define L4_UTIL_L4_MACROS_H

#define l4_addr_fmt   "%016lx"
#define l4_mword_fmt  "%ld"
#define l4_umword_fmt "%lu"

#endif
