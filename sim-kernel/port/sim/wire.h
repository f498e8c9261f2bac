/*
 * Wires to the outside: frames to and from another simulator, a machine in
 * QEMU, or the host's network.
 *
 *      link:PATH   a Unix socket: who comes first waits there, the second one
 *                  connects
 *      user        a gateway (tools/gateway) that this simulator starts; it
 *                  passes connections on (--forward)
 *
 *      socket:  | size, 4 bytes, high one first | frame | ...   as QEMU's
 *                                                              -netdev stream
 *
 * A wire never blocks: a frame that the other end has no room for is dropped.
 */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "virtio_net.h"

struct wire {
    int fd, listening; /* -1: none */
    const char *path;  /* of the socket we listen at, to be removed */
    unsigned char in[4 + HW_NET_FRAME_MAX], out[4 + HW_NET_FRAME_MAX];
    unsigned in_size, out_size, out_sent;
};

/* At `path`; ends the program if that cannot be. */
void wire_link(struct wire *w, const char *path);
/* To a gateway with these --forward options. */
void wire_gateway(struct wire *w, const char *const *forwards, unsigned count);
/* The next frame that has come whole: its size; 0: none yet; -1: the other end
 * is gone for good. */
int wire_receive(struct wire *w, unsigned char *ret_frame);
void wire_send(struct wire *w, const void *frame, unsigned size);
void wire_close(struct wire *w);

#endif
