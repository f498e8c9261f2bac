/*
 * What vcons that are servers answer beyond the protocol (<l4/sys/vcon.h>), so
 * that watch.h can hear of their end.
 */
#ifndef VCON_WATCH_H
#define VCON_WATCH_H

/* Operation: is answered when the server ends, by the IPC's error. -L4_EBUSY:
 * another thread of this client asks now, or too many clients do. */
enum { VCON_WATCH_OP = 0x10 };

/* Operation: answers how many bytes of writes were taken, by this server and
 * those before it whose memory it goes on with. */
enum { VCON_TAKEN_OP = 0x11 };

#endif
