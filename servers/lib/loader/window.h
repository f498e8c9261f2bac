/*
 * Window: a dataspace where the loader can see it.
 */
#ifndef LOADER_WINDOW_H
#define LOADER_WINDOW_H

#include <l4/re/c/dataspace.h>

struct window {
    void *start; /* NULL: closed */
    l4_size_t size;
};

/* Shows `size` bytes of ds from `offset` (pages) on, writable if asked for.
 * 0 or an error: then the window is closed. */
long window_open(struct window *w, l4re_ds_t ds, l4_addr_t offset,
                 l4_size_t size, int writable);
/* Harmless on a closed window. The memory stays with the dataspace. */
void window_close(struct window *w);

#endif
