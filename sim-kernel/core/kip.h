/*
 * The kernel information page: what a program may know without asking.
 */
#ifndef CORE_KIP_H
#define CORE_KIP_H

#include "port.h"

/* Builds the page in kernel memory; boot only. */
void kip_init(void *page, const struct boot_info *info);
/* The clock (us) is behind: `now` is kip_next or later. */
void kip_set_clock(uint64_t now);
extern uint64_t kip_next; /* ns: when the clock's next microsecond begins */

/* Kernel exits keep the clock current. */
static inline void kip_update_clock(uint64_t now)
{
    if (now >= kip_next) /* else: another CPU's clock is ahead, or the same */
        kip_set_clock(now);
}

/* Physical address of the page. */
paddr_t kip_page(void);

#endif
