/*
 * The window: the address range of the paged program that your pager fills.
 *
 *      page  0 1 2 3   4 5 6 7   8 9 10 11
 *            demand    shared    copy
 *
 *   demand   a fresh page of zeros each, to read and write
 *   shared   one and the same page everywhere, the template, read only
 *   copy     the template, read only, until the page is written: then a copy
 *            of its own, to read and write
 *
 * The program announces its window by a call (WINDOW_PROTOCOL) before it
 * touches it: MR0 the address, MR1 the seed of the template. Word i of the
 * template is seed + i.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <l4/sys/consts.h>

enum {
    ZONE_PAGES = 4,
    DEMAND_FIRST = 0,
    SHARED_FIRST = ZONE_PAGES,
    COPY_FIRST = 2 * ZONE_PAGES,
    WINDOW_PAGES = 3 * ZONE_PAGES,

    WINDOW_PROTOCOL = 0x401, /* the paged program announces its window */
    PAGE_PROTOCOL = 0x402,   /* a pager asks its own pager: MR0 the page's
                                number; the answer brings the page */
};

#define WINDOW_SIZE (WINDOW_PAGES * L4_PAGESIZE)

#endif
