/*
 * Images of programs in tasks (images.c), for who looks into their files.
 */
#ifndef SIM_IMAGES_H
#define SIM_IMAGES_H

#include "sim.h"

struct module { /* a boot module that came from a host file */
    char *name, *path;
    void *dwfl, *dwfl_module; /* symbols.c's, opened on first use */
    struct module *next;
};

struct image {
    uint32_t task;
    uint64_t base;
    struct module *module;
};

/* The last image of a task that begins at ip or before; NULL: none. */
const struct image *image_below(uint32_t task, uint64_t ip);

#endif
