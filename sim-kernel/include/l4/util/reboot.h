/*
 * The machine begins anew. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_REBOOT_H
#define L4_UTIL_REBOOT_H

#include <l4/sys/compiler.h>

L4_BEGIN_DECLS

/* Asks the kernel for it through the ICU (only who has its capability is
 * heard: a root task has, another as "icu"); else waits for ever. */
L4_NORETURN void l4util_reboot(void);

L4_END_DECLS

#endif
