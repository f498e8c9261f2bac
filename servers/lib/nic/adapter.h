/*
 * A client's side of `nic` (servers/nic/nic.iface): an adapter that goes on
 * when its driver has to be started again.
 *
 *      struct adapter a;
 *      adapter_open(&a, l4re_env_get_cap("nic"), L4_INVALID_CAP);
 *      adapter_send(&a, frame, size);
 *      while ((frame = adapter_receive(&a, true, &size))) {
 *          ...
 *          adapter_release(&a, frame);
 *      }
 *
 * A server that waits for other things, too, gives an IRQ as `signal`; when it
 * hits, it calls adapter_receive(&a, false, &size) until there is nothing. If
 * the driver ends, the IRQ does not hit any more: call it now and then.
 *
 *   memory   | frames to send, ADAPTER_FRAMES | buffers to receive in, as many
 * |
 *
 * What is sent is copied; what is received is read where the adapter put it.
 * When the driver ends a new session is opened through the same gate; frames
 * that were under way are lost, those received are not.
 *
 * I1  a place to send from is free, or the driver's.
 * I2  a buffer is the driver's, in `received`, or the caller's.
 *
 * One thread at a time.
 */
#ifndef ADAPTER_H
#define ADAPTER_H

#include <l4/re/c/dataspace.h>
#include <l4/sys/types.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    ADAPTER_FRAMES = 32,
    ADAPTER_FRAME_SIZE = 2048, /* room of one */
};

struct adapter {
    l4_uint8_t mac[6];
    bool has_link; /* when the session was opened */
    l4_umword_t frame_max;
    unsigned restarts; /* how often the driver had to be found again */
    unsigned long frames_sent, frames_received;

    /* the library's own */
    l4_cap_idx_t gate, session, signal;
    l4re_ds_t memory;
    char *at;
    unsigned long sending; /* places that are the driver's: a bit each */
    unsigned long held;    /* buffers that are not */
    struct {
        unsigned buffer;
        size_t size;
    } received[ADAPTER_FRAMES];
    unsigned received_first, received_count;
};

/* A session through `gate`; `signal`: an IRQ to be triggered when a frame was
 * received or sent, L4_INVALID_CAP: none. 0, or an L4 error: -L4_ENOMEM, those
 * of nic.iface's open, -L4_ENODEV: no driver came within
 * AGAIN_PATIENCE_MS (again.h). */
long adapter_open(struct adapter *a, l4_cap_idx_t gate, l4_cap_idx_t signal);
/* Gives session and memory back. */
void adapter_close(struct adapter *a);

/* Sends a copy of the frame; does not wait. 0, -L4_EINVAL: it is too long or
 * empty, -L4_EBUSY: ADAPTER_FRAMES are under way, -L4_ENODEV: the driver did
 * not come back. */
long adapter_send(struct adapter *a, const void *frame, size_t size);

/* The next frame; it stays where it is until adapter_release(). NULL: there is
 * none (wait: the driver did not come back). */
const void *adapter_receive(struct adapter *a, bool wait, size_t *ret_size);
void adapter_release(struct adapter *a, const void *frame);

#endif
