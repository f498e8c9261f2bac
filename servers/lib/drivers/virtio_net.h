/*
 * Network adapters: a virtio network device, frame by frame.
 */
#ifndef DRIVERS_VIRTIO_NET_H
#define DRIVERS_VIRTIO_NET_H

#include "virtio.h"

enum { NET_FRAME_MAX = 1514, NET_BUFFERS = 8 };

struct virtio_net {
    struct virtio v;
    struct virtq receive, transmit;
    struct device_memory in, out;  /* buffers of 2 KiB */
    unsigned buffer_of[VIRTQ_MAX]; /* descriptor to buffer of `in` */
    l4_uint8_t mac[6];
};

/* The n-th adapter; `thread` receives its interrupts (label: NET_IRQ_LABEL).
 * 0, -L4_ENODEV, or an error with what failed in *ret_what. */
enum { NET_IRQ_LABEL = 0xc0 };
long virtio_net_open(struct virtio_net *n, unsigned number, l4_cap_idx_t thread,
                     const char **ret_what);
/* Sends a frame; returns when the device has it. 0, -L4_EINVAL: it is too
 * long. */
long virtio_net_send(struct virtio_net *n, const void *frame, unsigned size);
/* The next frame, copied to `frame` (room for NET_FRAME_MAX); its size, or -1:
 * none came in time. */
int virtio_net_receive(struct virtio_net *n, void *frame, l4_timeout_t timeout);

#endif
