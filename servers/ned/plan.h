/*
 * Plans: a copy of what was asked for, to start it again.
 */
#ifndef NED_PLAN_H
#define NED_PLAN_H

#include "../lib/loader/loader.h"

struct app_plan {
    struct loader_request request; /* points into this structure's memory */
};

/* Copies r with all texts and lists; capabilities are the same. NULL: no
 * memory. One free() gives it back. */
struct app_plan *plan_make(const struct loader_request *r);

#endif
