/*
 * What the tests of bounded latency share (stretch.c): the other task, and
 * questions for the longest stretch.
 */
#ifndef TESTS_KERNEL_STRETCH_H
#define TESTS_KERNEL_STRETCH_H

#include "harness.h"

/* Addresses and capability slots of the other task. */
#define PAGES      0x3800000000ul
#define DEEP_PAGES 0x3810000000ul
#define SLOT(n)    ((l4_cap_idx_t)(n) << L4_CAP_SHIFT)

extern struct space space;

/* Makes it; what was asked for until now does not count. */
void stretch_begin(void);
void stretch_forget(void);
/* A CHECK of what was asked for since. */
void stretch_check(void);
/* Deletes it, and checks. */
void stretch_end(void);

#endif
