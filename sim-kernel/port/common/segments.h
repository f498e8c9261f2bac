/*
 * Operations on threads that only x86-64 has (ABI.md section 1, Thread), in
 * the simulator and on the machine. The GS base is the port's, for the UTCB;
 * there are no descriptors of a user's own.
 */
#ifndef PORT_SEGMENTS_H
#define PORT_SEGMENTS_H

#include "port.h"
#include <l4/sys/err.h>

/* Selectors of the flat user segments. */
struct segments {
    unsigned data, code, code32;
};

/* port_frame_operation() */
static inline long segments_operation(const struct segments *s,
                                      struct port_frame *f, word_t *mr,
                                      unsigned words, unsigned *ret_words)
{
    enum { OP_BASE = 0x12, OP_INFO = 0x13, SEGMENT_FS = 0 };
    switch (mr[0] & 0xffff) {
    case OP_BASE:
        if (words < 2)
            return -L4_EMSGTOOSHORT;
        if (mr[0] >> 16 != SEGMENT_FS)
            return -L4_EINVAL;
        port_frame_set_tp(f, mr[1]);
        return 0;
    case OP_INFO:
        mr[0] = s->data;
        mr[1] = s->code;
        mr[2] = s->code32;
        *ret_words = 3;
        return 0;
    default:
        return -L4_ENOSYS;
    }
}

#endif
