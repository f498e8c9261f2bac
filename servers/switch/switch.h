/*
 * The switch's parts: jacks (what a client plugs into), ports (a client that
 * is plugged in), the table of who is where, and the uplink.
 *
 *      gate --open()--> port   rings, memory of the client
 *                         |
 *      a frame: port or uplink --> switch_frame() --> where its address was
 *                                                     seen last, or all others
 */
#ifndef SWITCH_H
#define SWITCH_H

#include "ether.h"
#include <l4/re/c/server.h>

enum {
    SWITCH_PORTS = 16,
    SWITCH_UPLINK = SWITCH_PORTS, /* the number of the uplink, as a port */
    SWITCH_FRAMES = 32,           /* under way each way, of one port */
    SWITCH_HEADER = 14,           /* shortest frame */
};

/* A gate that ports are opened at. */
struct jack {
    struct l4re_session session; /* first */
    unsigned ports, limit;
};

/* The frame in the switch's hands: its own memory. */
extern l4re_ds_t switch_ds;
extern unsigned char *switch_buffer;

/* main.c: sends the frame in switch_buffer on. */
void switch_frame(unsigned from, unsigned size);
/* Frames to the uplink; nothing without one. */
void uplink_send(unsigned size);
/* Has its driver ended? It would not say so: asked by who looks at a port. */
void uplink_look(void);
/* The address of a port: locally administered, made from the uplink's. */
void switch_mac(unsigned port, l4_uint8_t *ret_mac);

/* port.c */
extern const struct l4re_service jack_service;
bool port_exists(unsigned number);
/* Gives the frame to a port; dropped if it has no room. */
void port_deliver(unsigned number, unsigned size);

/* table.c: who was seen where. Forgotten after TABLE_FORGET_US. */
void table_learn(const unsigned char *mac, unsigned port, l4_uint64_t now);
/* -1: nobody knows. */
int table_find(const unsigned char *mac, l4_uint64_t now);
void table_forget_port(unsigned port);
/* NULL, or what does not hold of the table's invariants. */
const char *table_check(void);

#endif
