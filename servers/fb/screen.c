/*
 * A screen (see screen.h): the first virtio GPU, or else ramfb.
 */
#include "screen.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>

_Static_assert((int)SCREEN_PIXEL == (int)RAMFB_PIXEL &&
                   (int)SCREEN_PIXEL == (int)VIRTIO_GPU_PIXEL,
               "both have pixels alike");

long screen_open(struct screen *s, unsigned width, unsigned height,
                 const char **ret_what)
{
    *s = (struct screen){.width = width, .height = height, .refreshed = true};
    long error = virtio_gpu_open(&s->gpu, width, height,
                                 l4re_env()->main_thread, ret_what);
    s->pixels = s->gpu.pixels.ds;
    if (error != -L4_ENODEV)
        return error;
    *ret_what = "device";
    s->refreshed = false;
    error = ramfb_open(&s->ramfb, width, height);
    s->pixels = s->ramfb.pixels.ds;
    return error;
}

long screen_show(struct screen *s, unsigned x, unsigned y, unsigned width,
                 unsigned height)
{
    return s->refreshed ? virtio_gpu_show(&s->gpu, x, y, width, height) : 0;
}
