/*
 * The kernel information page: what a program may know without asking.
 */
#ifndef CORE_KIP_H
#define CORE_KIP_H

#include "port.h"

/* Builds the page in kernel memory; boot only. */
void kip_init(void *page, const struct boot_info *info);
/* Kernel exits keep the clock (us) current. */
void kip_update_clock(void);
/* Physical address of the page. */
paddr_t kip_page(void);

#endif
