/*
 * VTR_HANDOVER: five records of the trace in the room of one.
 *
 * A call or reply by the kernel's fast path always leaves the same five
 * records: ENTER, IPC, IPC_BLOCK, SWITCH, LEAVE. What is not the same each
 * time is packed into this one; who reads a trace gets the five back
 * (vtr_handover_expand), and need not know that it was ever packed.
 *
 *                        ip, dest      to, via, label, mr     to      leave_ip
 *      from: ENTER ------------> IPC, IPC_BLOCK ---------> SWITCH --> LEAVE
 *            time                time + 10 * ticks
 *
 * What does not fit (large ids or addresses) is written as five records.
 */
#ifndef L4_VITRINE_TRACE_HANDOVER_H
#define L4_VITRINE_TRACE_HANDOVER_H

#include <l4/vitrine/trace_events.h>

enum { VTR_HANDOVER_RECORDS = 5, VTR_HANDOVER_TICK_NS = 10 };

struct vtr_handover {
    uint64_t time; /* of ENTER */
    uint32_t from; /* thread that calls or answers, and waits */
    uint16_t event;
    uint8_t cpu;
    uint8_t flags;    /* of IPC: VTR_F_CALL or VTR_F_REPLY */
    uint64_t to : 22; /* thread that gets the message, and runs */
    uint64_t ip : 40, ticks_high : 2;
    uint64_t via : 22, leave_ip : 40, ticks_low : 2;
    uint64_t dest : 32; /* signed, as is tag_label */
    uint64_t words : 6, fpu : 1, prio : 8, unused : 1, tag_label : 16;
    uint64_t label, mr0, mr1;
};
_Static_assert(sizeof(struct vtr_handover) == 64, "trace record layout");

static inline unsigned vtr_handover_ticks(const struct vtr_handover *h)
{
    return (unsigned)(h->ticks_high << 2 | h->ticks_low);
}

static inline uint64_t vtr_handover_tag(const struct vtr_handover *h)
{
    return (uint64_t)(int64_t)(int16_t)h->tag_label << 16 | h->fpu << 12 |
           h->words;
}

/* The five records it stands for. */
static inline void
vtr_handover_expand(const struct vtr_handover *h,
                    struct vtr_record ret_records[VTR_HANDOVER_RECORDS])
{
    uint64_t later =
        h->time + (uint64_t)vtr_handover_ticks(h) * VTR_HANDOVER_TICK_NS;
    uint64_t tag = vtr_handover_tag(h);
    uint64_t why = h->flags & VTR_F_CALL ? VTR_WHY_REPLY : VTR_WHY_OPEN_WAIT;
    uint64_t dest = (uint64_t)(int64_t)(int32_t)h->dest;
    uint32_t to = (uint32_t)h->to;

    ret_records[0] = (struct vtr_record){
        h->time, h->from, VTR_ENTER, h->cpu, 0, {0, h->ip, dest, tag}};
    ret_records[1] = (struct vtr_record){
        later,  h->from,  VTR_IPC,
        h->cpu, h->flags, {to, h->via, h->label, tag, h->mr0, h->mr1}};
    ret_records[2] = (struct vtr_record){
        later, h->from, VTR_IPC_BLOCK, h->cpu, 0, {to, why, h->via, ~0ull}};
    ret_records[3] = (struct vtr_record){later,  to, VTR_SWITCH,
                                         h->cpu, 0,  {to, h->from, h->prio, 1}};
    ret_records[4] =
        (struct vtr_record){later, to, VTR_LEAVE, h->cpu, 0, {to, h->leave_ip}};
}

#endif
