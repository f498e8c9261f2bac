/*
 * Network adapters (see virtio_net.h).
 *
 *   queue 0:  a header | room for a frame       buffers to receive in
 *   queue 1:  a header | a frame
 *
 * Headers tell of what is not used here (check sums, merged buffers): all
 * frames to send have the same, of zeroes, and what is written into the one
 * for received frames nobody reads.
 *
 * One interrupt serves both queues, so a thread that waits for one of them
 * looks at it first.
 * Source: VIRTIO 1.1, section 5.1.
 */
#include "virtio_net.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <string.h>

enum { BUFFER = 2048, HEADER = 12, QUEUE_SIZE = VIRTQ_MAX };
enum { HEADER_OUT_AT = 0, HEADER_IN_AT = 64 };
enum { CONFIG_STATUS = 6, LINK_UP = 1 };
#define F_MAC    (1ull << 5)
#define F_STATUS (1ull << 16)
#define FEATURES (F_MAC | F_STATUS)

long virtio_net_attach(struct virtio_net *n, unsigned number,
                       l4_cap_idx_t thread, const char **ret_what)
{
    *n = (struct virtio_net){0};
    long error = virtio_open(&n->v, VIRTIO_NET, number, FEATURES, thread,
                             NET_IRQ_LABEL, ret_what);
    if (error)
        return error;
    *ret_what = "queues";
    error = virtq_init(&n->receive, &n->v, 0, QUEUE_SIZE);
    if (!error)
        error = virtq_init(&n->transmit, &n->v, 1, QUEUE_SIZE);
    if (!error)
        error = device_memory(L4_PAGESIZE, &n->headers);
    if (error)
        return error;
    for (unsigned i = 0; i < sizeof n->mac; i++)
        n->mac[i] = virtio_config8(&n->v, i);
    virtio_start(&n->v);
    return 0;
}

long virtio_net_reset(struct virtio_net *n)
{
    long error = virtio_reset(&n->v, FEATURES);
    virtq_reset(&n->receive);
    virtq_reset(&n->transmit);
    virtio_start(&n->v);
    return error;
}

bool virtio_net_has_link(const struct virtio_net *n)
{
    return !(n->v.features & F_STATUS) ||
           virtio_config8(&n->v, CONFIG_STATUS) & LINK_UP;
}

/* --- many at a time --------------------------------------------------------
 */

bool virtio_net_post(struct virtio_net *n, l4_uint64_t bus, unsigned size,
                     void *tag)
{
    struct virtq_piece p[2] = {{n->headers.bus + HEADER_OUT_AT, HEADER},
                               {bus, size}};
    int head = virtq_add(&n->transmit, p, 2, 0);
    if (head < 0)
        return false;
    n->posted[head] = tag;
    virtq_kick(&n->transmit);
    return true;
}

bool virtio_net_offer(struct virtio_net *n, l4_uint64_t bus, void *tag)
{
    struct virtq_piece p[2] = {{n->headers.bus + HEADER_IN_AT, HEADER},
                               {bus, NET_FRAME_MAX}};
    int head = virtq_add(&n->receive, p, 0, 2);
    if (head < 0)
        return false;
    n->offered[head] = tag;
    virtq_kick(&n->receive);
    return true;
}

void *virtio_net_sent(struct virtio_net *n)
{
    l4_uint32_t written;
    int head = virtq_take(&n->transmit, &written);
    return head < 0 ? NULL : n->posted[head];
}

void *virtio_net_received(struct virtio_net *n, unsigned *ret_size)
{
    l4_uint32_t written;
    int head = virtq_take(&n->receive, &written);
    if (head < 0)
        return NULL;
    *ret_size = written > HEADER ? written - HEADER : 0;
    if (*ret_size > NET_FRAME_MAX)
        *ret_size = NET_FRAME_MAX;
    return n->offered[head];
}

/* --- one by one ------------------------------------------------------------
 */

/* Buffers' tags are their places. */
static void offer(struct virtio_net *n, char *buffer)
{
    l4_addr_t offset = (l4_addr_t)(buffer - (char *)n->in.at);
    virtio_net_offer(n, n->in.bus + offset, buffer);
}

long virtio_net_open(struct virtio_net *n, unsigned number, l4_cap_idx_t thread,
                     const char **ret_what)
{
    long error = virtio_net_attach(n, number, thread, ret_what);
    if (error)
        return error;
    *ret_what = "buffers";
    error = device_memory(NET_BUFFERS * BUFFER, &n->in);
    if (!error)
        error = device_memory(BUFFER, &n->out);
    for (unsigned i = 0; i < NET_BUFFERS && !error; i++)
        offer(n, (char *)n->in.at + i * BUFFER);
    return error;
}

long virtio_net_send(struct virtio_net *n, const void *frame, unsigned size)
{
    if (size > NET_FRAME_MAX)
        return -L4_EINVAL;
    memcpy(n->out.at, frame, size);
    if (!virtio_net_post(n, n->out.bus, size, n->out.at))
        return -L4_EBUSY;
    while (!virtio_net_sent(n)) {
        device_wait(&n->v.device, L4_IPC_NEVER);
        virtio_interrupt(&n->v);
    }
    return 0;
}

int virtio_net_receive(struct virtio_net *n, void *frame, l4_timeout_t timeout)
{
    unsigned size;
    bool in_time = true;
    void *buffer;
    while (!(buffer = virtio_net_received(n, &size))) {
        if (!in_time)
            return -1;
        in_time = device_wait(&n->v.device, timeout);
        virtio_interrupt(&n->v);
    }
    memcpy(frame, buffer, size);
    offer(n, buffer);
    return (int)size;
}
