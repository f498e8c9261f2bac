/*
 * virtio GPU: one scanout, pictures of two dimensions.
 */
#ifndef HW_VIRTIO_GPU_H
#define HW_VIRTIO_GPU_H

#include "clock.h"
#include "picture.h"
#include "virtio.h"

enum {
    HW_GPU_WIDTH = 1280, /* what it says the screen's size is */
    HW_GPU_HEIGHT = 800,
    HW_GPU_SIDE_MAX = 8192,
    HW_GPU_RESOURCES = 8,
    HW_GPU_PIECES = 256, /* of a resource's backing */
};

/* A picture of the device's own, and the driver's memory behind it. */
struct hw_gpu_resource {
    uint32_t id; /* 0: none */
    uint32_t width, height;
    unsigned char *pixels;
    uint32_t pieces; /* 0: nothing behind it */
    struct hw_gpu_piece {
        uint64_t address;
        uint32_t size, unused;
    } piece[HW_GPU_PIECES];
};

struct hw_gpu_area {
    uint32_t x, y, width, height;
};

struct hw_virtio_gpu {
    struct hw_virtio *slot;
    struct hw_virtio_kind kind;
    struct hw_clock *clock;
    struct hw_event done; /* with the command in `chain` */
    uint32_t config[4];
    struct hw_virtio_chain chain;
    struct hw_gpu_resource resource[HW_GPU_RESOURCES];
    uint32_t shown;          /* which resource; 0: none */
    struct hw_gpu_area area; /* of it */
};

/* A command takes this time, whatever it is. */
enum { HW_GPU_COMMAND_NS = 10000 };

void hw_virtio_gpu_init(struct hw_virtio_gpu *g, struct hw_virtio *slot,
                        struct hw_clock *clock);
/* What the screen shows, until the next command; false: nothing. */
bool hw_virtio_gpu_picture(const struct hw_virtio_gpu *g,
                           struct hw_picture *ret_picture);

#endif
