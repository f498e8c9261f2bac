/*
 * Hearing of the end of a vcon that is a server: what it was told (attributes,
 * interrupts) is to be told to the next one.
 */
#ifndef VCON_WATCH_H
#define VCON_WATCH_H

#include <l4/sys/types.h>

/* Operation of the protocol: is answered when the server ends, by the IPC's
 * error. -L4_EBUSY: another thread of this client asks now, or too many
 * clients do. */
enum { VCON_WATCH_OP = 0x10 };

/*
 * Triggers `irq` each time the server behind `vcon` has ended and another one
 * answers. Takes a thread, which ends at once if the vcon is of another kind
 * (the kernel's). 0, or -L4_ENOMEM.
 */
long vcon_watch(l4_cap_idx_t vcon, l4_cap_idx_t irq);

#endif
