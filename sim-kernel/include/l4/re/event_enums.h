/*
 * Types of events (l4re_event_t.type): those of Linux' input layer, and one
 * that input devices do not have.
 * Source: Linux' input-event-codes.h; ABI.md does not list them.
 */
#ifndef L4_RE_EVENT_ENUMS_H
#define L4_RE_EVENT_ENUMS_H

enum L4re_event_types {
    L4RE_EV_SYN = 0x00,
    L4RE_EV_KEY = 0x01,
    L4RE_EV_REL = 0x02,
    L4RE_EV_ABS = 0x03,
    L4RE_EV_MSC = 0x04,
    L4RE_EV_SW = 0x05,
    L4RE_EV_LED = 0x11,
    L4RE_EV_SND = 0x12,
    L4RE_EV_REP = 0x14,
    L4RE_EV_FF = 0x15,
    L4RE_EV_PWR = 0x16,
    L4RE_EV_FF_STATUS = 0x17,
    L4RE_EV_MAX = 0x1f,
    /* Power of the machine. code: an inhibitor lock's id (<l4/vbus/vbus.h>)
     * that is to be released; value: 1. */
    L4RE_EV_PM = 0x20,
};

#endif
