/*
 * One trace record for what a fast call or reply does (trace_handover.c).
 */
#ifndef CORE_TRACE_HANDOVER_H
#define CORE_TRACE_HANDOVER_H

#include <l4/vitrine/trace_handover.h>
#include <stdbool.h>

/* A message went by the fast path; `entered`: when the trap was. */
struct handover {
    uint64_t entered;
    uint32_t from, to, via;
    uint8_t flags; /* of the IPC record */
    uint64_t ip, dest, tag, label, mr0, mr1;
};

/* To be called while tracing is on, after the message, in place of its
 * ENTER, IPC and IPC_BLOCK records. */
void handover_begin(const struct handover *h);
/* The records SWITCH and LEAVE, which may be part of one. */
void handover_switch(uint32_t to, uint32_t from, unsigned prio, bool direct);
void handover_leave(uint32_t to, uint64_t ip);
/* Another record comes in between: what there is stands by itself. */
void handover_break(void);
/* Is there one that has begun and not ended? */
extern unsigned handover_records;

#endif
