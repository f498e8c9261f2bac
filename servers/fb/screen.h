/*
 * A screen, whichever device shows it: a virtio GPU, or a frame buffer in RAM.
 */
#ifndef FB_SCREEN_H
#define FB_SCREEN_H

#include "ramfb.h"
#include "virtio_gpu.h"

enum { SCREEN_PIXEL = 4 }; /* bytes: blue, green, red, nothing */

struct screen {
    unsigned width, height;
    bool refreshed; /* it shows what is drawn only when it is told to */
    l4re_ds_t pixels;
    struct virtio_gpu gpu;
    struct ramfb ramfb;
};

/* A picture of this size, black. 0, -L4_ENODEV: there is no screen, or an
 * error with what failed in *ret_what. */
long screen_open(struct screen *s, unsigned width, unsigned height,
                 const char **ret_what);
/* A rectangle of it is to be seen as it is drawn now. 0, -L4_EIO. */
long screen_show(struct screen *s, unsigned x, unsigned y, unsigned width,
                 unsigned height);

#endif
