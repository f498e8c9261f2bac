/*
 * What vcons that are servers answer beyond the protocol (<l4/sys/vcon.h>), so
 * that watch.h can hear of their end.
 */
#ifndef VCON_WATCH_H
#define VCON_WATCH_H

/* Operation: a capability comes along, which the vcon keeps for as long as it
 * is there (watch.h); it has one place. -L4_EMSGMISSARG: there was none. */
enum { VCON_WATCH_OP = 0x10 };

/* Operation: answers how many bytes of writes were taken, by this server and
 * those before it whose memory it goes on with. */
enum { VCON_TAKEN_OP = 0x11 };

#endif
