/*
 * virtio network device (see virtio_net.h).
 *
 *   driver --queue 1--> header + frame --(time on the wire)--> output()
 *   input() --> header + frame in a buffer of queue 0, or dropped
 *
 * Invariants:
 * N1  a frame is on the wire exactly while `sent` is queued.
 *
 * Filters are not modelled: every frame comes in, whoever it is for (QEMU's
 * filter starts promiscuous, too). Nor are offloads, the control queue,
 * merged buffers.
 * Source: VIRTIO 1.1, section 5.1.
 */
#include "virtio_net.h"
#include <string.h>

enum { QUEUE_RX = 0, QUEUE_TX = 1, QUEUE_SIZE = 256, HEADER = 12 };
enum { HEADER_BUFFERS = 10, STATUS_LINK_UP = 1 };

#define F_MAC    (1ull << 5)
#define F_STATUS (1ull << 16)

/* Keeps N1. A frame too long or too short is used up, not sent. */
static void send_next(struct hw_virtio_net *n)
{
    uint64_t size;

    if (n->sent.place >= 0 || !hw_virtio_pop(n->slot, QUEUE_TX, &n->chain))
        return;
    size = hw_virtio_out_size(&n->chain);
    if (size < HEADER || n->chain.ins) {
        hw_virtio_break(n->slot);
        return;
    }
    size -= HEADER;
    n->head = n->chain.head;
    n->frame_size = size <= HW_NET_FRAME_MAX ? (unsigned)size : 0;
    hw_virtio_out(&n->chain, HEADER, n->frame, n->frame_size);
    n->dropped += !n->frame_size;
    hw_clock_set(n->clock, &n->sent,
                 n->clock->now + HW_NET_FRAME_NS + size * HW_NET_BYTE_NS);
}

static void on_sent(void *data)
{
    struct hw_virtio_net *n = data;

    if (n->frame_size && n->output)
        n->output(n->data, n->frame, n->frame_size);
    hw_virtio_push(n->slot, QUEUE_TX, n->head, 0);
    send_next(n);
}

bool hw_virtio_net_listens(const struct hw_virtio_net *n)
{
    return hw_virtio_is_live(n->slot) &&
           hw_virtio_has_buffer(n->slot, QUEUE_RX);
}

bool hw_virtio_net_input(struct hw_virtio_net *n, const void *frame,
                         unsigned size)
{
    unsigned char header[HEADER] = {[HEADER_BUFFERS] = 1};

    if (size > HW_NET_FRAME_MAX || !hw_virtio_net_listens(n) ||
        !hw_virtio_pop(n->slot, QUEUE_RX, &n->chain)) {
        n->dropped++;
        return false;
    }
    if (hw_virtio_in_size(&n->chain) < HEADER + size) {
        /* Without merged buffers a frame must fit into one. */
        hw_virtio_push(n->slot, QUEUE_RX, n->chain.head, 0);
        n->dropped++;
        return false;
    }
    hw_virtio_in(&n->chain, 0, header, HEADER);
    hw_virtio_in(&n->chain, HEADER, frame, size);
    hw_virtio_push(n->slot, QUEUE_RX, n->chain.head, HEADER + size);
    return true;
}

static void on_notify(void *device, unsigned queue)
{
    struct hw_virtio_net *n = device;

    if (queue == QUEUE_TX)
        send_next(n);
    else if (n->listens && hw_virtio_net_listens(n))
        n->listens(n->data);
}

static void on_reset(void *device)
{
    struct hw_virtio_net *n = device;

    hw_clock_cancel(n->clock, &n->sent);
}

void hw_virtio_net_init(struct hw_virtio_net *n, struct hw_virtio *slot,
                        struct hw_clock *clock, const unsigned char mac[6],
                        void (*output)(void *data, const void *frame,
                                       unsigned size),
                        void *data)
{
    *n = (struct hw_virtio_net){
        .slot = slot, .clock = clock, .output = output, .data = data};
    memcpy(n->config, mac, 6);
    n->config[6] = STATUS_LINK_UP;
    hw_event_init(&n->sent, on_sent, n);
    n->kind = (struct hw_virtio_kind){
        .id = HW_VIRTIO_NET,
        .features = HW_VIRTIO_F_COMMON | F_MAC | F_STATUS,
        .queues = 2,
        .queue_size = QUEUE_SIZE,
        .config = n->config,
        .config_size = sizeof(n->config),
        .notify = on_notify,
        .reset = on_reset,
        .device = n,
    };
    hw_virtio_plug(slot, &n->kind);
}
