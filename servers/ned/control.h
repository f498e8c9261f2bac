/*
 * Control: ned's programs, seen and ended by others.
 */
#ifndef NED_CONTROL_H
#define NED_CONTROL_H

#include <l4/sys/types.h>

/* Makes the gate that answers proc.iface, in this slot. */
long control_create(l4_cap_idx_t slot);

#endif
