/*
 * Who is sent malformed messages: one line of targets.c each.
 */
#ifndef MALFORMED_TARGETS_H
#define MALFORMED_TARGETS_H

#include "draw.h"

struct target {
    struct interface interface;
    /* The gate to ask, given the service's; NULL: that one. */
    l4_cap_idx_t (*open)(l4_cap_idx_t service);
    /* Would this request end this program, or do what it may well do? */
    bool (*is_left_out)(const struct l4re_msg *m);
};

/* By name; NULL: there is none. */
const struct target *target_find(const char *name);

#endif
