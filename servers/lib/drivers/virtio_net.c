/*
 * Network adapters (see virtio_net.h).
 *
 *   queue 0: NET_BUFFERS buffers to receive in, offered again when read
 *   queue 1: one frame at a time
 *
 * One interrupt serves both queues, so a thread that waits for one of them
 * looks at it first.
 * Source: VIRTIO 1.1, section 5.1.
 */
#include "virtio_net.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <string.h>

enum { BUFFER = 2048, HEADER = 12, QUEUE_SIZE = 8 };
#define F_MAC (1ull << 5)

static void offer(struct virtio_net *n, unsigned buffer)
{
    struct virtq_piece p = {n->in.bus + buffer * BUFFER, BUFFER};
    int head = virtq_add(&n->receive, &p, 0, 1);
    if (head >= 0)
        n->buffer_of[head] = buffer;
}

long virtio_net_open(struct virtio_net *n, unsigned number, l4_cap_idx_t thread,
                     const char **ret_what)
{
    long error = virtio_open(&n->v, VIRTIO_NET, number, F_MAC, thread,
                             NET_IRQ_LABEL, ret_what);
    if (error)
        return error;
    *ret_what = "queues";
    error = virtq_init(&n->receive, &n->v, 0, QUEUE_SIZE);
    if (!error)
        error = virtq_init(&n->transmit, &n->v, 1, QUEUE_SIZE);
    if (!error)
        error = device_memory(NET_BUFFERS * BUFFER, &n->in);
    if (!error)
        error = device_memory(BUFFER, &n->out);
    if (error)
        return error;
    for (unsigned i = 0; i < sizeof n->mac; i++)
        n->mac[i] = virtio_config8(&n->v, i);
    virtio_start(&n->v);
    for (unsigned i = 0; i < NET_BUFFERS; i++)
        offer(n, i);
    virtq_kick(&n->receive);
    return 0;
}

long virtio_net_send(struct virtio_net *n, const void *frame, unsigned size)
{
    l4_uint32_t written;
    if (size > NET_FRAME_MAX)
        return -L4_EINVAL;
    memset(n->out.at, 0, HEADER);
    memcpy((char *)n->out.at + HEADER, frame, size);
    struct virtq_piece p = {n->out.bus, HEADER + size};
    if (virtq_add(&n->transmit, &p, 1, 0) < 0)
        return -L4_EBUSY;
    virtq_kick(&n->transmit);
    while (virtq_take(&n->transmit, &written) < 0) {
        device_wait(&n->v.device, L4_IPC_NEVER);
        virtio_interrupt(&n->v);
    }
    return 0;
}

int virtio_net_receive(struct virtio_net *n, void *frame, l4_timeout_t timeout)
{
    l4_uint32_t written;
    bool in_time = true;
    int head;
    while ((head = virtq_take(&n->receive, &written)) < 0) {
        if (!in_time)
            return -1;
        in_time = device_wait(&n->v.device, timeout);
        virtio_interrupt(&n->v);
    }
    unsigned buffer = n->buffer_of[head];
    int size = written > HEADER ? (int)(written - HEADER) : 0;
    if (size > NET_FRAME_MAX)
        size = NET_FRAME_MAX;
    memcpy(frame, (char *)n->in.at + buffer * BUFFER + HEADER, (size_t)size);
    offer(n, buffer);
    virtq_kick(&n->receive);
    return size;
}
