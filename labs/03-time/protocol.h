/*
 * The protocols of this lab. Times are microseconds of l4_kip_clock().
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

/*
 * alarm: "ring this bell in MR0 microseconds". The request carries one
 * capability, an interrupt object; the answer comes at once (label 0), the
 * bell rings later: l4_irq_trigger() on it. A request with less than one word
 * or no capability is -L4_EINVAL, another protocol -L4_EBADPROTO.
 * ALARMS_MAX alarms may be set at one time; one more is -L4_ENOSPC.
 */
enum { ALARM_PROTOCOL = 0x301, ALARMS_MAX = 4 };

/* beat: the listener gets a call with MR0 = 0, 1, 2, ... once a period. */
enum { BEAT_PROTOCOL = 0x302, BEATS = 20 };

#endif
