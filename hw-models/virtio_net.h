/*
 * virtio network device: frames out by a callback, frames in by a call.
 *
 * Two queues, 0 receive, 1 transmit; each frame has a header of 12 bytes in
 * front (all zero but the number of buffers: no offloads).
 */
#ifndef HW_VIRTIO_NET_H
#define HW_VIRTIO_NET_H

#include "clock.h"
#include "virtio.h"

enum {
    HW_NET_FRAME_MAX = 1514, /* without checksum */
    HW_NET_BYTE_NS = 8,      /* 1 Gbit/s */
    HW_NET_FRAME_NS = 5000,  /* and the way through the adapter */
};

struct hw_virtio_net {
    struct hw_virtio *slot;
    struct hw_virtio_kind kind;
    struct hw_clock *clock;
    struct hw_event sent; /* of `frame` */
    unsigned char config[8];
    unsigned char frame[HW_NET_FRAME_MAX];
    unsigned frame_size;
    uint16_t head;
    uint64_t dropped; /* frames that found no buffer, or were too long */
    struct hw_virtio_chain chain;
    void (*output)(void *data, const void *frame, unsigned size);
    void (*listens)(void *data); /* buffers to receive in; may be NULL */
    void *data;
};

void hw_virtio_net_init(struct hw_virtio_net *n, struct hw_virtio *slot,
                        struct hw_clock *clock, const unsigned char mac[6],
                        void (*output)(void *data, const void *frame,
                                       unsigned size),
                        void *data);
/* A frame arrives; false: nobody took it. */
bool hw_virtio_net_input(struct hw_virtio_net *n, const void *frame,
                         unsigned size);
/* Would a frame be taken now? */
bool hw_virtio_net_listens(const struct hw_virtio_net *n);

#endif
