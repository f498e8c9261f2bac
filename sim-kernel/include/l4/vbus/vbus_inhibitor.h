/*
 * Inhibitor locks of a virtual bus (<l4/re/c/inhibitor.h>): what their holder
 * keeps off, and the code of the event that asks him to let go.
 * Source: as vbus_types.h.
 */
#ifndef L4_VBUS_VBUS_INHIBITOR_H
#define L4_VBUS_VBUS_INHIBITOR_H

enum l4vbus_inhibitor_t {
    L4VBUS_INHIBITOR_SUSPEND = 0,
    L4VBUS_INHIBITOR_SHUTDOWN = 1,
    L4VBUS_INHIBITOR_WAKEUP = 2, /* the event: the machine is awake again */
    L4VBUS_INHIBITOR_MAX,
};

#endif
