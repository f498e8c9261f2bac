/*
 * The window: the address range that the other task pages.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <l4/sys/consts.h>

enum {
    WINDOW_PAGES = 6,
    WINDOW_PROTOCOL = 0x101, /* MR0: "my window begins here" */
};

#define WINDOW_SIZE (WINDOW_PAGES * L4_PAGESIZE)

#endif
