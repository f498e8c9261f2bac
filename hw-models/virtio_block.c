/*
 * virtio block device (see virtio_block.h).
 *
 *   a buffer:  {type, 0, sector} | data ... | status
 *               to read, 16 bytes             to write, the last byte
 *
 *   notify -> take one -> (its time passes) -> do it, give it back -> next
 *
 * The data moves when the time is over: what the driver reads from its buffer
 * before the interrupt is old.
 *
 * Invariants:
 * B1  a request is under way exactly while `done` is queued.
 * B2  nothing outside [0, sectors) is touched; a request that would is
 *     answered as an I/O error as a whole.
 *
 * Not modelled: discard, write zeroes, several queues, topology.
 * Source: VIRTIO 1.1, section 5.2; lengths as QEMU 7.2 reports them (all the
 * bytes there were to write).
 */
#include "virtio_block.h"
#include <string.h>

enum { QUEUE_SIZE = 256, HEADER = 16, SERIAL = 20 };
enum { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4, TYPE_ID = 8 };
enum { STATUS_OK = 0, STATUS_IOERR = 1, STATUS_UNSUPPORTED = 2 };
enum { CONFIG_SEG_MAX = 12, CONFIG_BLOCK_SIZE = 20, CONFIG_WRITEBACK = 32 };

#define F_SEG_MAX   (1ull << 2)
#define F_READ_ONLY (1ull << 5)
#define F_BLK_SIZE  (1ull << 6)
#define F_FLUSH     (1ull << 9)

struct request {
    uint32_t type, reserved;
    uint64_t sector;
};

/* The bytes of the request in `chain` that are data to write. */
static uint64_t data_in(const struct hw_virtio_block *b)
{
    return hw_virtio_in_size(&b->chain) - 1;
}

static uint64_t data_out(const struct hw_virtio_block *b)
{
    return hw_virtio_out_size(&b->chain) - HEADER;
}

/* Keeps B2. */
static bool is_inside(const struct hw_virtio_block *b, uint64_t sector,
                      uint64_t bytes)
{
    return bytes % HW_SECTOR == 0 && sector <= b->sectors &&
           bytes / HW_SECTOR <= b->sectors - sector;
}

static unsigned char do_in(struct hw_virtio_block *b, uint64_t sector)
{
    uint64_t bytes = data_in(b);

    if (!is_inside(b, sector, bytes))
        return STATUS_IOERR;
    hw_virtio_in(&b->chain, 0, b->image + sector * HW_SECTOR, bytes);
    return STATUS_OK;
}

static unsigned char do_out(struct hw_virtio_block *b, uint64_t sector)
{
    uint64_t bytes = data_out(b);

    if (b->read_only || !is_inside(b, sector, bytes))
        return STATUS_IOERR;
    hw_virtio_out(&b->chain, HEADER, b->image + sector * HW_SECTOR, bytes);
    return STATUS_OK;
}

static unsigned char do_id(struct hw_virtio_block *b)
{
    static const char serial[SERIAL] = "";
    uint64_t bytes = data_in(b);

    hw_virtio_in(&b->chain, 0, serial, bytes < 1 ? bytes : 1);
    return STATUS_OK;
}

static unsigned char perform(struct hw_virtio_block *b)
{
    struct request r;

    hw_virtio_out(&b->chain, 0, &r, sizeof(r));
    switch (r.type) {
    case TYPE_IN:
        return do_in(b, r.sector);
    case TYPE_OUT:
        return do_out(b, r.sector);
    case TYPE_FLUSH:
        return STATUS_OK;
    case TYPE_ID:
        return do_id(b);
    default:
        return STATUS_UNSUPPORTED;
    }
}

/* Keeps B1. */
static void begin_next(struct hw_virtio_block *b)
{
    uint64_t bytes;

    if (b->done.place >= 0 || !hw_virtio_pop(b->slot, 0, &b->chain))
        return;
    if (hw_virtio_out_size(&b->chain) < HEADER || !b->chain.ins) {
        hw_virtio_break(b->slot);
        return;
    }
    bytes = data_in(b) + data_out(b);
    hw_clock_set(b->clock, &b->done,
                 b->clock->now + HW_BLOCK_REQUEST_NS +
                     bytes / HW_SECTOR * HW_BLOCK_SECTOR_NS);
}

static void on_done(void *data)
{
    struct hw_virtio_block *b = data;
    uint64_t bytes = hw_virtio_in_size(&b->chain);
    unsigned char status = perform(b);

    hw_virtio_in(&b->chain, bytes - 1, &status, 1);
    hw_virtio_push(b->slot, 0, b->chain.head, (uint32_t)bytes);
    begin_next(b);
}

static void on_notify(void *device, unsigned queue)
{
    (void)queue;
    begin_next(device);
}

static void on_reset(void *device)
{
    struct hw_virtio_block *b = device;

    hw_clock_cancel(b->clock, &b->done);
}

static void put32(unsigned char *to, uint32_t value)
{
    memcpy(to, &value, sizeof(value));
}

void hw_virtio_block_init(struct hw_virtio_block *b, struct hw_virtio *slot,
                          struct hw_clock *clock, unsigned char *image,
                          uint64_t sectors, bool read_only)
{
    *b = (struct hw_virtio_block){.slot = slot,
                                  .clock = clock,
                                  .image = image,
                                  .sectors = sectors,
                                  .read_only = read_only};
    memcpy(b->config, &sectors, sizeof(sectors));
    put32(b->config + CONFIG_SEG_MAX, QUEUE_SIZE - 2);
    put32(b->config + CONFIG_BLOCK_SIZE, HW_SECTOR);
    b->config[CONFIG_WRITEBACK] = 1;
    hw_event_init(&b->done, on_done, b);
    b->kind = (struct hw_virtio_kind){
        .id = HW_VIRTIO_BLOCK,
        .features = HW_VIRTIO_F_COMMON | F_SEG_MAX | F_BLK_SIZE | F_FLUSH |
                    (read_only ? F_READ_ONLY : 0),
        .queues = 1,
        .queue_size = QUEUE_SIZE,
        .config = b->config,
        .config_size = sizeof(b->config),
        .notify = on_notify,
        .reset = on_reset,
        .device = b,
    };
    hw_virtio_plug(slot, &b->kind);
}
