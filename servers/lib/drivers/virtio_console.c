/*
 * Consoles (see virtio_console.h).
 *
 *   buffer:  | page to receive in | page to send from |
 *
 * Source: VIRTIO 1.1, section 5.3.
 */
#include "virtio_console.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <string.h>

enum { QUEUE_SIZE = 4, IRQ_LABEL = 0x100 };

static void offer(struct virtio_console *c)
{
    struct virtq_piece p = {c->buffer.bus, L4_PAGESIZE};
    virtq_add(&c->receive, &p, 0, 1);
    virtq_kick(&c->receive);
}

long virtio_console_open(struct virtio_console *c, unsigned n,
                         l4_cap_idx_t thread, const char **ret_what)
{
    long error =
        virtio_open(&c->v, VIRTIO_CONSOLE, n, 0, thread, IRQ_LABEL, ret_what);
    if (error)
        return error;
    *ret_what = "queues";
    error = virtq_init(&c->receive, &c->v, 0, QUEUE_SIZE);
    if (!error)
        error = virtq_init(&c->transmit, &c->v, 1, QUEUE_SIZE);
    if (!error)
        error = device_memory(2 * L4_PAGESIZE, &c->buffer);
    if (error)
        return error;
    c->have = c->next = 0;
    virtio_start(&c->v);
    offer(c);
    return 0;
}

static long send(struct virtio_console *c, const char *text, size_t length)
{
    l4_uint32_t written;
    struct virtq_piece p = {c->buffer.bus + L4_PAGESIZE, (l4_uint32_t)length};
    memcpy((char *)c->buffer.at + L4_PAGESIZE, text, length);
    if (virtq_add(&c->transmit, &p, 1, 0) < 0)
        return -L4_EBUSY;
    virtq_kick(&c->transmit);
    while (virtq_take(&c->transmit, &written) < 0) {
        device_wait(&c->v.device, L4_IPC_NEVER);
        virtio_interrupt(&c->v);
    }
    return 0;
}

long virtio_console_write(struct virtio_console *c, const char *text,
                          size_t length)
{
    long error = 0;
    while (length && !error) {
        size_t n = length < L4_PAGESIZE ? length : L4_PAGESIZE;
        error = send(c, text, n);
        text += n;
        length -= n;
    }
    return error;
}

int virtio_console_read(struct virtio_console *c, l4_timeout_t timeout)
{
    bool in_time = true;
    while (c->next == c->have) {
        l4_uint32_t written;
        if (virtq_take(&c->receive, &written) >= 0) {
            c->have = written;
            c->next = 0;
            continue;
        }
        if (!in_time)
            return -1;
        in_time = device_wait(&c->v.device, timeout);
        virtio_interrupt(&c->v);
    }
    int byte = ((l4_uint8_t *)c->buffer.at)[c->next++];
    if (c->next == c->have)
        offer(c);
    return byte;
}
