/*
 * virtio-mmio: the registers of a slot (queues: virtqueue.c).
 *
 *   driver            reset (STATUS = 0)
 *     ACKNOWLEDGE, DRIVER; reads DEVICE_FEATURES, writes DRIVER_FEATURES
 *     FEATURES_OK     features are settled
 *     QUEUE_...       where its rings are; QUEUE_READY
 *     DRIVER_OK       from now on QUEUE_NOTIFY and interrupts
 *
 * Invariants:
 * I1  the interrupt line is up exactly while isr is not 0.
 * I2  negotiated features are among those offered.
 * I3  a queue's num is 1..HW_VIRTIO_QUEUE_MAX if the device has the queue.
 * I4  status 0 is the state after reset: no features, no interrupt, no rings.
 *
 * What a driver does wrong (a write to a read-only register, a byte access to
 * a 32-bit register, a feature nobody offered) changes nothing, and reads 0.
 * Not modelled: shared memory regions (their length reads ~0), queue reset.
 * Source: VIRTIO 1.1, section 4.2.2; QEMU 7.2 where that is open.
 */
#include "virtio.h"
#include <string.h>

enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080, /* low word, then high word */
    QUEUE_AVAIL = 0x090,
    QUEUE_USED = 0x0a0,
    SHM_LEN_LOW = 0x0b0,
    SHM_LEN_HIGH = 0x0b4,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};
enum { MAGIC_VIRT = 0x74726976, VENDOR_QEMU = 0x554d4551, MODERN = 2 };
enum { STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8, STATUS_NEEDS_RESET = 64 };

/* Keeps I1. */
static void isr_set(struct hw_virtio *v, uint32_t isr)
{
    bool was = v->isr != 0, is = isr != 0;

    v->isr = isr;
    if (was != is && v->irq)
        v->irq(v->data, is);
}

void hw_virtio_raise(struct hw_virtio *v, uint32_t isr)
{
    isr_set(v, v->isr | isr);
}

static void queue_reset(struct hw_virtio *v, struct hw_virtio_queue *q)
{
    uint32_t size = v->kind ? v->kind->queue_size : 0;

    *q = (struct hw_virtio_queue){.num = size};
}

/* Keeps I4. */
static void reset(struct hw_virtio *v)
{
    v->status = 0;
    v->features = 0;
    v->queue_sel = 0;
    v->broken = false;
    for (unsigned i = 0; i < HW_VIRTIO_QUEUES; i++)
        queue_reset(v, &v->queue[i]);
    isr_set(v, 0);
    if (v->kind && v->kind->reset)
        v->kind->reset(v->kind->device);
}

void hw_virtio_config_changed(struct hw_virtio *v)
{
    if (!(v->status & STATUS_DRIVER_OK))
        return;
    v->generation++;
    hw_virtio_raise(v, HW_VIRTIO_ISR_QUEUE | HW_VIRTIO_ISR_CONFIG);
}

void hw_virtio_break(struct hw_virtio *v)
{
    v->broken = true;
    if (!(v->features & HW_VIRTIO_F_VERSION_1))
        return;
    v->status |= STATUS_NEEDS_RESET;
    hw_virtio_config_changed(v);
}

/* The selected queue; NULL: the device has none of that number. */
static struct hw_virtio_queue *queue_selected(struct hw_virtio *v)
{
    return v->queue_sel < v->kind->queues ? &v->queue[v->queue_sel] : NULL;
}

static uint32_t config_read(const struct hw_virtio *v, uint64_t offset,
                            unsigned size)
{
    uint32_t value = 0;

    if (size > 4 || offset + size > v->kind->config_size)
        return size == 1 ? 0xff : size == 2 ? 0xffff : ~0u;
    memcpy(&value, (const char *)v->kind->config + offset, size);
    return value;
}

static void config_write(const struct hw_virtio *v, uint64_t offset,
                         unsigned size, uint64_t value)
{
    if (v->kind->configure && size <= 4 &&
        offset + size <= v->kind->config_size)
        v->kind->configure(v->kind->device, offset, size, value);
}

static uint32_t register_read(struct hw_virtio *v, uint64_t offset)
{
    const struct hw_virtio_queue *q = queue_selected(v);

    switch (offset) {
    case DEVICE_ID:
        return v->kind->id;
    case DEVICE_FEATURES:
        return (uint32_t)(v->kind->features >> 32 * v->features_sel);
    case QUEUE_NUM_MAX:
        return q ? HW_VIRTIO_QUEUE_MAX : 0;
    case QUEUE_READY:
        return q && q->ready;
    case INTERRUPT_STATUS:
        return v->isr;
    case STATUS:
        return v->status;
    case SHM_LEN_LOW:
    case SHM_LEN_HIGH:
        return ~0u;
    case CONFIG_GENERATION:
        return v->generation;
    default:
        return 0;
    }
}

uint64_t hw_virtio_read(struct hw_virtio *v, uint64_t offset, unsigned size)
{
    if (v->kind && offset >= CONFIG)
        return config_read(v, offset - CONFIG, size);
    if (size != 4 && v->kind)
        return 0;
    switch (offset) {
    case MAGIC:
        return MAGIC_VIRT;
    case VERSION:
        return MODERN;
    case VENDOR_ID:
        return VENDOR_QEMU;
    default:
        return v->kind ? register_read(v, offset) : 0;
    }
}

/* A size that keeps I3 and does not make a queue out of none. */
static void queue_set_num(struct hw_virtio_queue *q, uint32_t num)
{
    q->asked = num;
    if (num && num <= HW_VIRTIO_QUEUE_MAX)
        q->num = num;
}

static uint64_t wide(const uint32_t half[2])
{
    return (uint64_t)half[1] << 32 | half[0];
}

static void queue_set_ready(struct hw_virtio_queue *q, bool ready)
{
    q->ready = ready;
    if (!ready)
        return;
    queue_set_num(q, q->asked);
    q->desc_at = wide(q->desc);
    q->avail_at = wide(q->avail);
    q->used_at = wide(q->used);
}

static void queue_write(struct hw_virtio_queue *q, uint64_t offset,
                        uint32_t value)
{
    unsigned half = offset >> 2 & 1;

    switch (offset & ~4ull) {
    case QUEUE_NUM:
        queue_set_num(q, value);
        break;
    case QUEUE_READY & ~4:
        queue_set_ready(q, value != 0);
        break;
    case QUEUE_DESC:
        q->desc[half] = value;
        break;
    case QUEUE_AVAIL:
        q->avail[half] = value;
        break;
    case QUEUE_USED:
        q->used[half] = value;
        break;
    default:
        break;
    }
}

/* Features are settled once; what nobody offered is left out (I2). */
static void status_write(struct hw_virtio *v, uint32_t value)
{
    if ((value & STATUS_FEATURES_OK) && !(v->status & STATUS_FEATURES_OK))
        v->features = wide(v->asked) & v->kind->features;
    v->status = value & 0xff;
    if (!v->status)
        reset(v);
}

static void register_write(struct hw_virtio *v, uint64_t offset, uint32_t value)
{
    struct hw_virtio_queue *q = queue_selected(v);

    switch (offset) {
    case DEVICE_FEATURES_SEL:
        v->features_sel = value != 0;
        break;
    case DRIVER_FEATURES:
        v->asked[v->driver_sel] = value;
        break;
    case DRIVER_FEATURES_SEL:
        v->driver_sel = value != 0;
        break;
    case QUEUE_SEL:
        if (value < HW_VIRTIO_QUEUE_MAX)
            v->queue_sel = value;
        break;
    case QUEUE_NOTIFY:
        if (value < v->kind->queues && v->queue[value].desc_at && !v->broken)
            v->kind->notify(v->kind->device, value);
        break;
    case INTERRUPT_ACK:
        isr_set(v, v->isr & ~value);
        break;
    case STATUS:
        status_write(v, value);
        break;
    case QUEUE_NUM:
    case QUEUE_READY:
    case QUEUE_DESC:
    case QUEUE_DESC + 4:
    case QUEUE_AVAIL:
    case QUEUE_AVAIL + 4:
    case QUEUE_USED:
    case QUEUE_USED + 4:
        if (q)
            queue_write(q, offset, value);
        break;
    default:
        break; /* read only, or nothing */
    }
}

void hw_virtio_write(struct hw_virtio *v, uint64_t offset, unsigned size,
                     uint64_t value)
{
    if (!v->kind)
        return;
    if (offset >= CONFIG)
        config_write(v, offset - CONFIG, size, value);
    else if (size == 4)
        register_write(v, offset, (uint32_t)value);
}

void hw_virtio_init(struct hw_virtio *v, const struct hw_ram *ram,
                    void (*irq)(void *data, bool raised), void *data)
{
    *v = (struct hw_virtio){.ram = ram, .irq = irq, .data = data};
}

void hw_virtio_plug(struct hw_virtio *v, const struct hw_virtio_kind *kind)
{
    v->kind = kind;
    for (unsigned i = 0; i < HW_VIRTIO_QUEUES; i++)
        queue_reset(v, &v->queue[i]);
}

bool hw_virtio_is_live(const struct hw_virtio *v)
{
    return (v->status & STATUS_DRIVER_OK) && !v->broken;
}

const char *hw_virtio_check(const struct hw_virtio *v)
{
    if (!v->kind)
        return NULL;
    if (v->features & ~v->kind->features)
        return "I2: a feature nobody offered";
    for (unsigned i = 0; i < v->kind->queues; i++)
        if (!v->queue[i].num || v->queue[i].num > HW_VIRTIO_QUEUE_MAX)
            return "I3: a queue's size";
    if (!v->status && (v->features || v->isr))
        return "I4: reset, but not all of it";
    return NULL;
}
