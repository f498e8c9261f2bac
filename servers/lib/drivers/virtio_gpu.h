/*
 * A screen: a virtio GPU's first scanout, with pictures of two dimensions.
 */
#ifndef DRIVERS_VIRTIO_GPU_H
#define DRIVERS_VIRTIO_GPU_H

#include "virtio.h"

enum { VIRTIO_GPU_PIXEL = 4 }; /* bytes: blue, green, red, nothing */

struct virtio_gpu {
    struct virtio v;
    struct virtq control;
    struct device_memory request; /* a command and its answer */
    struct device_memory pixels;
    unsigned width, height;
};

/* A picture of this size, black, on the first GPU's screen. 0, -L4_ENODEV:
 * there is none, -L4_ENOMEM, -L4_EIO: the device does not want it, or another
 * error with what failed in *ret_what. `thread` waits for its interrupts. */
long virtio_gpu_open(struct virtio_gpu *g, unsigned width, unsigned height,
                     l4_cap_idx_t thread, const char **ret_what);
/* What the pixels of a rectangle inside the picture are now is shown. 0,
 * -L4_EIO. Waits for the device. */
long virtio_gpu_show(struct virtio_gpu *g, unsigned x, unsigned y,
                     unsigned width, unsigned height);

#endif
