/*
 * Devices of a server under fuzzing: in place of servers/lib/drivers. A disk
 * and an adapter that end what they were given in the order of the input, a
 * clock, a screen.
 *
 * What a device writes into its clients' memory is not done: the server does
 * not look at it.
 */
#include "kernel.h"
#include "ramfb.h"
#include "rtc.h"
#include "virtio_block.h"
#include "virtio_gpu.h"
#include "virtio_net.h"
#include <l4/sys/err.h>
#include <stdlib.h>

enum { SECTORS = 4096, UNDER_WAY = 16, MOST_SHARED = 1 << 20 };

static void *under_way[UNDER_WAY];
static unsigned shared; /* pieces of memory, now */

static bool put(void *tag)
{
    for (unsigned i = 0; i < UNDER_WAY; i++)
        if (!under_way[i]) {
            under_way[i] = tag;
            return true;
        }
    return false;
}

/* One of them, as the input says; NULL: none now. */
static void *take(void)
{
    unsigned which = input_byte();
    void *tag = which < UNDER_WAY ? under_way[which] : NULL;
    if (tag)
        under_way[which] = NULL;
    return tag;
}

static void forget_all(void)
{
    for (unsigned i = 0; i < UNDER_WAY; i++)
        under_way[i] = NULL;
}

static void make_irq(struct device *d)
{
    d->irq = 0x70ul << L4_CAP_SHIFT;
    host_object_in(d->irq, HOST_INTERRUPT);
}

unsigned virtio_interrupt(struct virtio *v)
{
    (void)v;
    return 1;
}

bool virtio_is_broken(const struct virtio *v)
{
    (void)v;
    return false;
}

long device_share(l4re_ds_t ds, l4_size_t size, l4_uint64_t *ret_bus)
{
    if (!host_object_at(ds) || input_byte() == 0xee)
        return -L4_EINVAL;
    if (size > MOST_SHARED)
        return -L4_ERANGE;
    *ret_bus = 0x100000;
    shared++;
    return 0;
}

void device_unshare(l4_uint64_t bus, l4_size_t size)
{
    if (bus != 0x100000 || size > MOST_SHARED || !shared--)
        host_fail("memory is taken from a device that never had it");
}

/* ---- The disk ---- */

long virtio_block_open(struct virtio_block *b, unsigned n, l4_cap_idx_t thread,
                       const char **ret_what)
{
    (void)n, (void)thread, (void)ret_what;
    b->sectors = SECTORS;
    b->has_flush = true;
    make_irq(&b->v.device);
    return 0;
}

long virtio_block_begin(struct virtio_block *b, enum block_request what,
                        l4_uint64_t sector, l4_uint64_t bus, l4_uint32_t bytes,
                        void *tag)
{
    (void)b;
    if (what != BLOCK_FLUSH &&
        (sector > SECTORS || bytes / BLOCK_SECTOR > SECTORS - sector ||
         bytes % BLOCK_SECTOR || bus < 0x100000 ||
         bus + bytes > 0x100000 + MOST_SHARED))
        host_fail("a request behind the disk's or the memory's end");
    return put(tag) ? 0 : -L4_EBUSY;
}

void *virtio_block_ended(struct virtio_block *b, long *ret_result)
{
    (void)b;
    *ret_result = input_byte() & 1 ? -L4_EIO : 0;
    return take();
}

/* ---- The adapter ---- */

long virtio_net_attach(struct virtio_net *n, unsigned number,
                       l4_cap_idx_t thread, const char **ret_what)
{
    (void)number, (void)thread, (void)ret_what;
    make_irq(&n->v.device);
    return 0;
}

long virtio_net_reset(struct virtio_net *n)
{
    (void)n;
    forget_all();
    return 0;
}

bool virtio_net_has_link(const struct virtio_net *n)
{
    (void)n;
    return true;
}

static void check_frame(l4_uint64_t bus, unsigned size)
{
    if (bus < 0x100000 || bus + size > 0x100000 + MOST_SHARED)
        host_fail("a frame outside the client's memory");
}

bool virtio_net_post(struct virtio_net *n, l4_uint64_t bus, unsigned size,
                     void *tag)
{
    (void)n;
    check_frame(bus, size);
    return put(tag);
}

bool virtio_net_offer(struct virtio_net *n, l4_uint64_t bus, void *tag)
{
    (void)n;
    check_frame(bus, NET_FRAME_MAX);
    return put(tag);
}

void *virtio_net_sent(struct virtio_net *n)
{
    (void)n;
    return take();
}

void *virtio_net_received(struct virtio_net *n, unsigned *ret_size)
{
    (void)n;
    *ret_size = input_byte();
    return take();
}

/* ---- Clock and screen ---- */

static const struct rtc_kind kind = {.tick_ns = 1};

long rtc_open(struct rtc *c, l4_cap_idx_t thread, const char **ret_what)
{
    (void)thread, (void)ret_what;
    c->kind = &kind;
    return 0;
}

l4_uint64_t rtc_now(const struct rtc *c)
{
    (void)c;
    return 1700000000ull * 1000000000;
}

long ramfb_blank(struct ramfb *f, l4_addr_t registers)
{
    *f = (struct ramfb){.registers = registers};
    return 0;
}

long ramfb_show(const struct ramfb *f)
{
    (void)f;
    return 0;
}

long ramfb_open(struct ramfb *f, unsigned width, unsigned height)
{
    (void)f, (void)width, (void)height;
    return -L4_ENODEV; /* the GPU is there */
}

long virtio_gpu_open(struct virtio_gpu *g, unsigned width, unsigned height,
                     l4_cap_idx_t thread, const char **ret_what)
{
    (void)thread, (void)ret_what;
    g->width = width;
    g->height = height;
    g->pixels.ds = 0x71ul << L4_CAP_SHIFT;
    return host_object_in(g->pixels.ds, HOST_KERNEL);
}

/* The server has looked whether the rectangle lies inside. */
long virtio_gpu_show(struct virtio_gpu *g, unsigned x, unsigned y,
                     unsigned width, unsigned height)
{
    if (x > g->width || width > g->width - x || y > g->height ||
        height > g->height - y)
        abort();
    return 0;
}
