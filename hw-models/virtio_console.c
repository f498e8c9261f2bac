/*
 * virtio console (see virtio_console.h).
 *
 *   driver --queue 1--> text --(its time)--> output(), piece by piece
 *   input() --> the driver's next buffer of queue 0, as much as fits
 *
 * Invariants:
 * C1  a buffer is being written exactly while `sent` is queued.
 *
 * Not modelled: several ports, size of the terminal, emergency write.
 * Source: VIRTIO 1.1, section 5.3.
 */
#include "virtio_console.h"

enum { QUEUE_RX = 0, QUEUE_TX = 1, QUEUE_SIZE = 128, CONFIG_PORTS = 4 };

/* Keeps C1. */
static void send_next(struct hw_virtio_console *c)
{
    if (c->sent.place >= 0 || !hw_virtio_pop(c->slot, QUEUE_TX, &c->chain))
        return;
    hw_clock_set(c->clock, &c->sent, c->clock->now + HW_CONSOLE_BUFFER_NS);
}

static void on_sent(void *data)
{
    struct hw_virtio_console *c = data;

    for (unsigned i = 0; i < c->chain.outs && c->output; i++)
        c->output(c->data, c->chain.piece[i].at, c->chain.piece[i].size);
    hw_virtio_push(c->slot, QUEUE_TX, c->chain.head, 0);
    send_next(c);
}

unsigned hw_virtio_console_input(struct hw_virtio_console *c, const void *text,
                                 unsigned size)
{
    unsigned taken;

    if (!size || !hw_virtio_is_live(c->slot) ||
        !hw_virtio_pop(c->slot, QUEUE_RX, &c->input))
        return 0;
    taken = (unsigned)hw_virtio_in(&c->input, 0, text, size);
    hw_virtio_push(c->slot, QUEUE_RX, c->input.head, taken);
    return taken;
}

static void on_notify(void *device, unsigned queue)
{
    if (queue == QUEUE_TX)
        send_next(device);
}

static void on_reset(void *device)
{
    struct hw_virtio_console *c = device;

    hw_clock_cancel(c->clock, &c->sent);
}

void hw_virtio_console_init(
    struct hw_virtio_console *c, struct hw_virtio *slot, struct hw_clock *clock,
    void (*output)(void *data, const void *text, unsigned size), void *data)
{
    *c = (struct hw_virtio_console){
        .slot = slot, .clock = clock, .output = output, .data = data};
    c->config[CONFIG_PORTS] = 1;
    hw_event_init(&c->sent, on_sent, c);
    c->kind = (struct hw_virtio_kind){
        .id = HW_VIRTIO_CONSOLE,
        .features = HW_VIRTIO_F_COMMON,
        .queues = 2,
        .queue_size = QUEUE_SIZE,
        .config = c->config,
        .config_size = sizeof(c->config),
        .notify = on_notify,
        .reset = on_reset,
        .device = c,
    };
    hw_virtio_plug(slot, &c->kind);
}
