/* What the two programs of sockets.cfg have agreed upon. */
#ifndef SOCKETS_H
#define SOCKETS_H

#define SERVER "10.0.0.1" /* where sockets_peer.c answers */
#define CLIENT "10.0.0.2"

enum {
    ECHO = 7,    /* TCP and UDP: what comes goes back */
    RESET = 9,   /* TCP: taken, and ended with data unread */
    SILENT = 11, /* TCP: taken, never answered */
    WHO = 13,    /* TCP: tells the server's IPv6 address, 16 bytes; ends */
    END = 99,    /* TCP: the server ends */
    NOBODY = 1,  /* nobody listens there */
};

#endif
