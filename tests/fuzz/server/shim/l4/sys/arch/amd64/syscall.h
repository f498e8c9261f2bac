/*
 * In place of the real one: a server's system calls on the host go to
 * kernel.c.
 */
#ifndef L4_SYS_ARCH_SYSCALL_H
#define L4_SYS_ARCH_SYSCALL_H

#include <l4/sys/l4int.h>

l4_umword_t __l4_arch_syscall(l4_umword_t tag, l4_umword_t dest,
                              l4_umword_t timeouts, l4_umword_t *label);

#endif
