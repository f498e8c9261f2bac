/*
 * Frames through a nic.iface session: a network adapter's, or a port of
 * servers/switch.
 *
 *      ether_open() --> memory shared with the adapter, IRQ --> your loop
 *      the IRQ came --> ether_look(), then ether_receive() until there is none
 *
 *      memory   | buffers to receive in | buffers to send from |
 *
 * If the other end goes away (a driver that is restarted), calls say so and
 * `is_open` is false; ether_open() again when there is a new one. Frames under
 * way are lost, as frames may be.
 *
 * I1  a buffer to receive in is the adapter's, or on the list of those that
 *     came; one to send from is the adapter's or free.
 */
#ifndef ETHER_H
#define ETHER_H

#include <l4/re/c/dataspace.h>
#include <l4/sys/types.h>
#include <stdbool.h>

enum { ETHER_FRAME_MAX = 1514, ETHER_BUFFERS = 32, ETHER_MAC = 6 };

struct ether {
    l4_cap_idx_t gate, session, signal;
    l4re_ds_t ds;
    char *memory;
    bool is_open, is_up; /* link */
    l4_uint8_t mac[ETHER_MAC];
    struct {
        unsigned buffer, size;
    } came[ETHER_BUFFERS]; /* a ring */
    unsigned first, count;
    l4_uint32_t sending;              /* one bit for each buffer */
    l4_uint32_t offer[ETHER_BUFFERS]; /* offsets to be offered again */
    unsigned offers;
};

/*
 * A session at `gate`; `signal` is triggered when there is something to look
 * for. The first time memory is taken, which later sessions share.
 * 0, -L4_ENOMEM, or the other end's error.
 */
long ether_open(struct ether *e, l4_cap_idx_t gate, l4_cap_idx_t signal);

/* Learns what has happened. 0, or an error: the session is closed. */
long ether_look(struct ether *e);

/* The next frame that came (room for ETHER_FRAME_MAX): its size, 0: none. */
unsigned ether_receive(struct ether *e, void *frame);

/* Offers buffers again that were received from; after a round of receiving. */
long ether_offer(struct ether *e);

/* Sends a frame. 0, -L4_EBUSY: too many under way, -L4_EINVAL: its size, or the
 * other end's error. */
long ether_send(struct ether *e, const void *frame, unsigned size);

#endif
