/*
 * virtio GPU (see virtio_gpu.h).
 *
 *   driver --queue 0--> command --(its time)--> answer
 *
 *   driver's memory --TRANSFER--> resource --SET_SCANOUT--> screen
 *
 * The screen shows the resource's pixels as they are now, so that a FLUSH is
 * only looked at for mistakes; QEMU does the same for pictures it is asked for.
 *
 * Invariants:
 * G1  a command is being carried out exactly while `done` is queued.
 * G2  `shown` is 0 or names a resource, and `area` lies inside it.
 * G3  a resource's pixels are there exactly while its id is not 0.
 *
 * Not modelled: cursor (its queue's buffers come back unread), EDID, blobs,
 * three dimensions, and formats but for 32 bits with blue in the low byte.
 * Source: VIRTIO 1.1, section 5.7; answers to mistakes are QEMU 7.2's.
 */
#include "virtio_gpu.h"
#include <stdlib.h>
#include <string.h>

enum { QUEUE_CONTROL = 0, QUEUE_CURSOR = 1, QUEUE_SIZE = 64 };
enum { PIXEL = 4, SIDE_MIN = 16, SCANOUTS = 1, DISPLAYS = 16 };
enum { FENCE = 1 };
enum { FORMAT_B8G8R8A8 = 1, FORMAT_B8G8R8X8 = 2 };
enum gpu_type {
    GET_DISPLAY_INFO = 0x100,
    CREATE_2D = 0x101,
    UNREF = 0x102,
    SET_SCANOUT = 0x103,
    FLUSH = 0x104,
    TRANSFER_TO_HOST = 0x105,
    ATTACH_BACKING = 0x106,
    DETACH_BACKING = 0x107,
    OK_NODATA = 0x1100,
    OK_DISPLAY_INFO = 0x1101,
    ERR_UNSPEC = 0x1200,
    ERR_OUT_OF_MEMORY = 0x1201,
    ERR_SCANOUT = 0x1202,
    ERR_RESOURCE = 0x1203,
    ERR_PARAMETER = 0x1205,
};

struct gpu_head {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context, ring;
};

/* What follows the head of the commands: the words behind it, by their place.
 */
enum { BODY_WORDS = 8 };
struct gpu_body {
    uint32_t word[BODY_WORDS];
};

struct gpu_displays {
    struct gpu_head head;
    struct {
        struct hw_gpu_area area;
        uint32_t enabled, flags;
    } display[DISPLAYS];
};

/* --- resources ----------------------------------------------------------- */

static struct hw_gpu_resource *find(struct hw_virtio_gpu *g, uint32_t id)
{
    for (unsigned i = 0; i < HW_GPU_RESOURCES; i++)
        if (g->resource[i].id == id)
            return &g->resource[i];
    return NULL;
}

/* Keeps G2, G3. */
static void forget(struct hw_virtio_gpu *g, struct hw_gpu_resource *r)
{
    if (g->shown == r->id)
        g->shown = 0;
    free(r->pixels);
    r->id = r->pieces = 0;
    r->pixels = NULL;
}

static bool is_inside(const struct hw_gpu_area *a,
                      const struct hw_gpu_resource *r)
{
    return a->width <= r->width && a->height <= r->height &&
           a->x <= r->width - a->width && a->y <= r->height - a->height;
}

static uint32_t create(struct hw_virtio_gpu *g, const uint32_t *word)
{
    uint32_t id = word[0], format = word[1], width = word[2], height = word[3];
    if (!id || find(g, id))
        return ERR_RESOURCE;
    if (format != FORMAT_B8G8R8A8 && format != FORMAT_B8G8R8X8)
        return ERR_PARAMETER;
    struct hw_gpu_resource *r = find(g, 0);
    if (!r || width > HW_GPU_SIDE_MAX || height > HW_GPU_SIDE_MAX)
        return ERR_OUT_OF_MEMORY;
    r->pixels = calloc((size_t)width * height + 1, PIXEL);
    if (!r->pixels)
        return ERR_OUT_OF_MEMORY;
    r->id = id;
    r->width = width;
    r->height = height;
    return OK_NODATA;
}

static uint32_t attach(struct hw_virtio_gpu *g, struct hw_gpu_resource *r,
                       uint32_t count)
{
    uint64_t bytes = (uint64_t)count * sizeof(*r->piece);
    uint64_t at = sizeof(struct gpu_head) + 2 * sizeof(count);
    if (r->pieces || count > HW_GPU_PIECES ||
        hw_virtio_out(&g->chain, at, r->piece, bytes) != bytes)
        return ERR_UNSPEC;
    for (uint32_t i = 0; i < count; i++)
        if (!hw_ram_at(g->slot->ram, r->piece[i].address, r->piece[i].size))
            return ERR_UNSPEC;
    r->pieces = count;
    return OK_NODATA;
}

/* `size` bytes from byte `offset` of what is behind r, as far as it goes. */
static void fetch(const struct hw_virtio_gpu *g,
                  const struct hw_gpu_resource *r, uint64_t offset,
                  unsigned char *to, uint64_t size)
{
    for (uint32_t i = 0; i < r->pieces && size; i++) {
        const struct hw_gpu_piece *p = &r->piece[i];
        if (offset >= p->size) {
            offset -= p->size;
            continue;
        }
        uint64_t part = p->size - offset < size ? p->size - offset : size;
        memcpy(to, hw_ram_at(g->slot->ram, p->address + offset, part), part);
        to += part;
        size -= part;
        offset = 0;
    }
}

static uint32_t transfer(struct hw_virtio_gpu *g, struct hw_gpu_resource *r,
                         const struct hw_gpu_area *a, uint64_t offset)
{
    uint64_t stride = (uint64_t)r->width * PIXEL;
    if (!r->pieces)
        return ERR_UNSPEC;
    if (!is_inside(a, r))
        return ERR_PARAMETER;
    for (uint64_t y = 0; y < a->height; y++)
        fetch(g, r, offset + y * stride,
              r->pixels + (a->y + y) * stride + (uint64_t)a->x * PIXEL,
              (uint64_t)a->width * PIXEL);
    return OK_NODATA;
}

/* Keeps G2. */
static uint32_t set_scanout(struct hw_virtio_gpu *g,
                            const struct hw_gpu_area *a, uint32_t scanout,
                            uint32_t id)
{
    if (scanout >= SCANOUTS)
        return ERR_SCANOUT;
    const struct hw_gpu_resource *r = id ? find(g, id) : NULL;
    if (id && !r)
        return ERR_RESOURCE;
    if (r && !r->pieces)
        return ERR_UNSPEC;
    if (r && (a->width < SIDE_MIN || a->height < SIDE_MIN || !is_inside(a, r)))
        return ERR_PARAMETER;
    g->shown = id;
    g->area = *a;
    return OK_NODATA;
}

/* --- commands ------------------------------------------------------------- */

/* Bytes behind the head that a command must have. */
static uint64_t body_size(uint32_t type)
{
    switch (type) {
    case CREATE_2D:
        return 16;
    case SET_SCANOUT:
    case FLUSH:
        return 24;
    case TRANSFER_TO_HOST:
        return 32;
    default:
        return 8;
    }
}

/* Commands about the resource r; NULL: there is none of that number. */
static uint32_t use(struct hw_virtio_gpu *g, uint32_t type,
                    struct hw_gpu_resource *r, const uint32_t *word)
{
    struct hw_gpu_area a = {word[0], word[1], word[2], word[3]};
    if (!r)
        return ERR_RESOURCE;
    switch (type) {
    case UNREF:
        forget(g, r);
        return OK_NODATA;
    case FLUSH:
        return is_inside(&a, r) ? OK_NODATA : ERR_PARAMETER;
    case TRANSFER_TO_HOST:
        return transfer(g, r, &a, word[4] | (uint64_t)word[5] << 32);
    case ATTACH_BACKING:
        return attach(g, r, word[1]);
    default: /* DETACH_BACKING */
        if (!r->pieces)
            return ERR_UNSPEC;
        r->pieces = 0;
        return OK_NODATA;
    }
}

static struct hw_gpu_resource *named(struct hw_virtio_gpu *g, uint32_t id)
{
    return id ? find(g, id) : NULL;
}

/* The answer's type. A command that is too short does nothing, which is no
 * mistake to QEMU. */
static uint32_t carry_out(struct hw_virtio_gpu *g, uint32_t type)
{
    struct gpu_body b = {0};
    const uint32_t *word = b.word;
    uint64_t size = body_size(type);
    if (type < CREATE_2D || type > DETACH_BACKING)
        return ERR_UNSPEC;
    if (hw_virtio_out(&g->chain, sizeof(struct gpu_head), &b, size) != size)
        return OK_NODATA;
    struct hw_gpu_area a = {word[0], word[1], word[2], word[3]};
    switch (type) {
    case CREATE_2D:
        return create(g, word);
    case SET_SCANOUT:
        return set_scanout(g, &a, word[4], word[5]);
    case FLUSH:
        return use(g, type, named(g, word[4]), word);
    case TRANSFER_TO_HOST:
        return use(g, type, named(g, word[6]), word);
    default:
        return use(g, type, named(g, word[0]), word);
    }
}

static void answer(struct hw_virtio_gpu *g)
{
    struct gpu_head head = {0};
    struct gpu_displays a = {0};
    uint64_t size = sizeof(a.head);
    hw_virtio_out(&g->chain, 0, &head, sizeof(head));
    if (head.type == GET_DISPLAY_INFO) {
        a.head.type = OK_DISPLAY_INFO;
        a.display[0].area.width = HW_GPU_WIDTH;
        a.display[0].area.height = HW_GPU_HEIGHT;
        a.display[0].enabled = 1;
        size = sizeof(a);
    } else {
        a.head.type = carry_out(g, head.type);
    }
    if (head.flags & FENCE) {
        a.head.flags = FENCE;
        a.head.fence = head.fence;
        a.head.context = head.context;
    }
    size = hw_virtio_in(&g->chain, 0, &a, size);
    hw_virtio_push(g->slot, QUEUE_CONTROL, g->chain.head, (uint32_t)size);
}

/* Keeps G1. */
static void command_next(struct hw_virtio_gpu *g)
{
    if (g->done.place >= 0 || !hw_virtio_pop(g->slot, QUEUE_CONTROL, &g->chain))
        return;
    hw_clock_set(g->clock, &g->done, g->clock->now + HW_GPU_COMMAND_NS);
}

static void on_done(void *data)
{
    answer(data);
    command_next(data);
}

static void cursor_ignore(struct hw_virtio_gpu *g)
{
    struct hw_virtio_chain chain;
    while (hw_virtio_pop(g->slot, QUEUE_CURSOR, &chain))
        hw_virtio_push(g->slot, QUEUE_CURSOR, chain.head, 0);
}

static void on_notify(void *device, unsigned queue)
{
    if (queue == QUEUE_CONTROL)
        command_next(device);
    else
        cursor_ignore(device);
}

static void on_reset(void *device)
{
    struct hw_virtio_gpu *g = device;
    hw_clock_cancel(g->clock, &g->done);
    for (unsigned i = 0; i < HW_GPU_RESOURCES; i++)
        forget(g, &g->resource[i]);
}

void hw_virtio_gpu_init(struct hw_virtio_gpu *g, struct hw_virtio *slot,
                        struct hw_clock *clock)
{
    enum { CONFIG_SCANOUTS = 2 };
    *g = (struct hw_virtio_gpu){.slot = slot, .clock = clock};
    g->config[CONFIG_SCANOUTS] = SCANOUTS;
    hw_event_init(&g->done, on_done, g);
    g->kind = (struct hw_virtio_kind){
        .id = HW_VIRTIO_GPU,
        .features = HW_VIRTIO_F_COMMON,
        .queues = 2,
        .queue_size = QUEUE_SIZE,
        .config = g->config,
        .config_size = sizeof(g->config),
        .notify = on_notify,
        .reset = on_reset,
        .device = g,
    };
    hw_virtio_plug(slot, &g->kind);
}

bool hw_virtio_gpu_picture(const struct hw_virtio_gpu *g,
                           struct hw_picture *ret_picture)
{
    for (unsigned i = 0; i < HW_GPU_RESOURCES && g->shown; i++) {
        const struct hw_gpu_resource *r = &g->resource[i];
        uint32_t stride = r->width * PIXEL;
        if (r->id != g->shown)
            continue;
        *ret_picture = (struct hw_picture){
            .pixels = r->pixels + (uint64_t)g->area.y * stride +
                      (uint64_t)g->area.x * PIXEL,
            .width = g->area.width,
            .height = g->area.height,
            .stride = stride,
        };
        return true;
    }
    return false;
}
