/*
 * What bench_mem and bench_pager agree on: the pager's gate takes page
 * faults in a window, and one message of ours.
 */
#ifndef BENCH_PAGER_H
#define BENCH_PAGER_H

#include <l4/sys/consts.h>

enum {
    BENCH_PAGER_PROTOCOL = 0x4250,
    BENCH_PAGES = 64,
    BENCH_WINDOW = BENCH_PAGES * L4_PAGESIZE,
};

/* MR0: the window's address. All pages given are taken back. */

#endif
