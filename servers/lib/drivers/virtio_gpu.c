/*
 * A screen (see virtio_gpu.h).
 *
 *   pixels, ours --TRANSFER--> resource, the device's --FLUSH--> screen
 *
 * What is drawn is not seen before the device has been told to copy it. One
 * command is on its way at a time:
 *
 *   request memory   {type, .., what it is about} | {type, ..} as the answer
 *
 * All numbers are little endian.
 * Source: VIRTIO 1.1, section 5.7.
 */
#include "virtio_gpu.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <string.h>

enum { QUEUE_CONTROL = 0, QUEUE_SIZE = 16, IRQ_LABEL = 0x180 };
enum { ANSWER_AT = 128, RESOURCE = 1, SCANOUT = 0 };
enum { FORMAT_B8G8R8X8 = 2 };
enum gpu_type {
    CREATE_2D = 0x101,
    SET_SCANOUT = 0x103,
    FLUSH = 0x104,
    TRANSFER_TO_HOST = 0x105,
    ATTACH_BACKING = 0x106,
    OK_NODATA = 0x1100,
};

struct gpu_head {
    l4_uint32_t type, flags;
    l4_uint64_t fence;
    l4_uint32_t context, ring;
};

struct gpu_area {
    l4_uint32_t x, y, width, height;
};

struct gpu_create {
    struct gpu_head head;
    l4_uint32_t resource, format, width, height;
};

struct gpu_backing {
    struct gpu_head head;
    l4_uint32_t resource, pieces;
    l4_uint64_t bus;
    l4_uint32_t size, unused;
};

struct gpu_scanout {
    struct gpu_head head;
    struct gpu_area area;
    l4_uint32_t scanout, resource;
};

struct gpu_transfer {
    struct gpu_head head;
    struct gpu_area area;
    l4_uint64_t offset; /* of its first pixel */
    l4_uint32_t resource, unused;
};

struct gpu_flush {
    struct gpu_head head;
    struct gpu_area area;
    l4_uint32_t resource, unused;
};

/* A command, up to its answer. 0, -L4_EIO. */
static long command(struct virtio_gpu *g, const void *what, l4_uint32_t size)
{
    char *at = g->request.at;
    volatile struct gpu_head *answer = (void *)(at + ANSWER_AT);
    struct virtq_piece p[] = {{g->request.bus, size},
                              {g->request.bus + ANSWER_AT, sizeof(*answer)}};
    l4_uint32_t written;
    memcpy(at, what, size);
    answer->type = 0;
    if (virtq_add(&g->control, p, 1, 1) < 0)
        return -L4_EIO;
    virtq_kick(&g->control);
    while (virtq_take(&g->control, &written) < 0) {
        device_wait(&g->v.device, L4_IPC_NEVER);
        virtio_interrupt(&g->v);
        if (virtio_is_broken(&g->v))
            return -L4_EIO;
    }
    return answer->type == OK_NODATA ? 0 : -L4_EIO;
}

static long picture_make(struct virtio_gpu *g)
{
    struct gpu_create create = {
        {.type = CREATE_2D}, RESOURCE, FORMAT_B8G8R8X8, g->width, g->height};
    struct gpu_backing backing = {.head.type = ATTACH_BACKING,
                                  .resource = RESOURCE,
                                  .pieces = 1,
                                  .bus = g->pixels.bus,
                                  .size = (l4_uint32_t)g->pixels.size};
    struct gpu_scanout scanout = {
        {.type = SET_SCANOUT}, {0, 0, g->width, g->height}, SCANOUT, RESOURCE};
    long error = command(g, &create, sizeof(create));
    if (!error)
        error = command(g, &backing, sizeof(backing));
    if (!error)
        error = command(g, &scanout, sizeof(scanout));
    return error;
}

long virtio_gpu_open(struct virtio_gpu *g, unsigned width, unsigned height,
                     l4_cap_idx_t thread, const char **ret_what)
{
    *g = (struct virtio_gpu){.width = width, .height = height};
    long error =
        virtio_open(&g->v, VIRTIO_GPU, 0, 0, thread, IRQ_LABEL, ret_what);
    if (error)
        return error;
    *ret_what = "queue";
    error = virtq_init(&g->control, &g->v, QUEUE_CONTROL, QUEUE_SIZE);
    if (error)
        return error;
    *ret_what = "memory";
    error = device_memory(L4_PAGESIZE, &g->request);
    if (!error)
        error = device_memory((l4_size_t)width * height * VIRTIO_GPU_PIXEL,
                              &g->pixels);
    if (error)
        return error;
    *ret_what = "picture";
    virtio_start(&g->v);
    error = picture_make(g);
    return error ? error : virtio_gpu_show(g, 0, 0, width, height);
}

long virtio_gpu_show(struct virtio_gpu *g, unsigned x, unsigned y,
                     unsigned width, unsigned height)
{
    struct gpu_area area = {x, y, width, height};
    l4_uint64_t first = (l4_uint64_t)y * g->width + x;
    struct gpu_transfer transfer = {.head.type = TRANSFER_TO_HOST,
                                    .area = area,
                                    .offset = first * VIRTIO_GPU_PIXEL,
                                    .resource = RESOURCE};
    struct gpu_flush flush = {
        .head.type = FLUSH, .area = area, .resource = RESOURCE};
    if (!width || !height)
        return 0;
    long error = command(g, &transfer, sizeof(transfer));
    return error ? error : command(g, &flush, sizeof(flush));
}
