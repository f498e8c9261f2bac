/*
 * Consoles (see virtio_console.h).
 *
 *   buffer:  | page to receive in | page to send from |
 *
 * I1  is_sending: the page to send from is the device's.
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
    c->is_sending = false;
    virtio_start(&c->v);
    offer(c);
    return 0;
}

size_t virtio_console_fill(struct virtio_console *c, const char *text,
                           size_t length)
{
    size_t n = length < L4_PAGESIZE ? length : L4_PAGESIZE;
    struct virtq_piece p = {c->buffer.bus + L4_PAGESIZE, (l4_uint32_t)n};
    if (c->is_sending)
        return 0;
    memcpy((char *)c->buffer.at + L4_PAGESIZE, text, n);
    if (virtq_add(&c->transmit, &p, 1, 0) < 0)
        return 0;
    c->is_sending = true;
    virtq_kick(&c->transmit);
    return n;
}

void virtio_console_acknowledge(struct virtio_console *c)
{
    l4_uint32_t written;
    virtio_interrupt(&c->v);
    if (virtq_take(&c->transmit, &written) >= 0)
        c->is_sending = false;
}

int virtio_console_byte(struct virtio_console *c)
{
    l4_uint32_t written;
    while (c->next == c->have) {
        if (virtq_take(&c->receive, &written) < 0)
            return -1;
        c->have = written < L4_PAGESIZE ? written : L4_PAGESIZE;
        c->next = 0;
        if (!c->have)
            offer(c);
    }
    int byte = ((l4_uint8_t *)c->buffer.at)[c->next++];
    if (c->next == c->have)
        offer(c);
    return byte;
}

static void interrupt_wait(struct virtio_console *c, l4_timeout_t timeout,
                           bool *ret_in_time)
{
    *ret_in_time = device_wait(&c->v.device, timeout);
    virtio_console_acknowledge(c);
}

long virtio_console_write(struct virtio_console *c, const char *text,
                          size_t length)
{
    bool in_time;
    while (length) {
        size_t n = virtio_console_fill(c, text, length);
        if (!n)
            return -L4_EBUSY;
        text += n;
        length -= n;
        while (c->is_sending)
            interrupt_wait(c, L4_IPC_NEVER, &in_time);
    }
    return 0;
}

int virtio_console_read(struct virtio_console *c, l4_timeout_t timeout)
{
    bool in_time = true;
    int byte;
    while ((byte = virtio_console_byte(c)) < 0 && in_time)
        interrupt_wait(c, timeout, &in_time);
    return byte;
}
