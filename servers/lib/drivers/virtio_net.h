/*
 * Network adapters: a virtio network device.
 *
 *   frames one by one, copied:     virtio_net_open(), _send(), _receive()
 *   many at a time, not copied:    virtio_net_attach(), _post(), _sent(),
 *                                  _offer(), _received()
 */
#ifndef DRIVERS_VIRTIO_NET_H
#define DRIVERS_VIRTIO_NET_H

#include "virtio.h"

enum { NET_FRAME_MAX = 1514, NET_BUFFERS = 8, NET_FRAMES = VIRTQ_MAX / 2 };

struct virtio_net {
    struct virtio v;
    struct virtq receive, transmit;
    struct device_memory headers;
    struct device_memory in, out; /* virtio_net_open()'s buffers of 2 KiB */
    void *offered[VIRTQ_MAX], *posted[VIRTQ_MAX]; /* tags by descriptor */
    l4_uint8_t mac[6];
};

/* The n-th adapter; `thread` receives its interrupts (label: NET_IRQ_LABEL).
 * 0, -L4_ENODEV, or an error with what failed in *ret_what. */
enum { NET_IRQ_LABEL = 0xc0 };
long virtio_net_attach(struct virtio_net *n, unsigned number,
                       l4_cap_idx_t thread, const char **ret_what);
/* The same, with buffers of its own. */
long virtio_net_open(struct virtio_net *n, unsigned number, l4_cap_idx_t thread,
                     const char **ret_what);
/* The adapter forgets all frames and buffers. 0, or an error: it is broken. */
long virtio_net_reset(struct virtio_net *n);
bool virtio_net_has_link(const struct virtio_net *n);

/* A frame to send, a buffer to receive in (room for a frame) at `bus`; the
 * tag, not NULL, comes back. False: NET_FRAMES are under way. */
bool virtio_net_post(struct virtio_net *n, l4_uint64_t bus, unsigned size,
                     void *tag);
bool virtio_net_offer(struct virtio_net *n, l4_uint64_t bus, void *tag);
/* A frame that was sent, one that was received: its tag; NULL: none. */
void *virtio_net_sent(struct virtio_net *n);
void *virtio_net_received(struct virtio_net *n, unsigned *ret_size);

/* Sends a frame; returns when the device has it. 0, -L4_EINVAL: it is too
 * long. */
long virtio_net_send(struct virtio_net *n, const void *frame, unsigned size);
/* The next frame, copied to `frame` (room for NET_FRAME_MAX); its size, or -1:
 * none came in time. */
int virtio_net_receive(struct virtio_net *n, void *frame, l4_timeout_t timeout);

#endif
