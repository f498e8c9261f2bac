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
#include <stdbool.h>

enum { VTR_HANDOVER_RECORDS = 5, VTR_HANDOVER_TICK_NS = 10 };

struct vtr_handover {
    uint64_t time; /* of ENTER */
    uint32_t from; /* thread that calls or answers, and waits */
    uint16_t event;
    uint8_t cpu;
    uint8_t flags; /* of IPC: VTR_F_CALL or VTR_F_REPLY */
    /* Object id 22 bits, address 40, ticks 2 (from the lowest on): */
    uint64_t to_ip;        /* thread that gets the message, and runs */
    uint64_t via_leave_ip; /* upper two bits of ticks */
    /* dest 32 (signed), words 6, fpu 1, prio 8, unused 1, label of the tag 16
     * (signed) */
    uint64_t message;
    uint64_t label, mr0, mr1;
};
_Static_assert(sizeof(struct vtr_handover) == 64, "trace record layout");

enum {
    VTR_HANDOVER_ID_BITS = 22,
    VTR_HANDOVER_IP_BITS = 40,
    VTR_HANDOVER_PRIO = 39, /* place in `message` */
    VTR_HANDOVER_FPU = 38,
};

static inline uint64_t vtr_handover_place(uint64_t id, uint64_t ip,
                                          unsigned ticks)
{
    return id | ip << 22 | (uint64_t)(ticks & 3) << 62;
}

static inline uint64_t vtr_handover_message(uint64_t dest, uint64_t tag)
{
    return (dest & 0xffffffff) | (tag & 0x3f) << 32 |
           (tag >> 12 & 1) << VTR_HANDOVER_FPU | tag >> 16 << 48;
}

static inline uint64_t vtr_handover_id(uint64_t place)
{
    return place & ((1ull << VTR_HANDOVER_ID_BITS) - 1);
}

static inline uint64_t vtr_handover_ip(uint64_t place)
{
    return place >> 22 & ((1ull << VTR_HANDOVER_IP_BITS) - 1);
}

static inline uint64_t vtr_handover_tag(const struct vtr_handover *h)
{
    uint64_t m = h->message;
    return (uint64_t)((int64_t)m >> 48) << 16 |
           (m >> VTR_HANDOVER_FPU & 1) << 12 | (m >> 32 & 0x3f);
}

/* The five records it stands for. */
static inline void
vtr_handover_expand(const struct vtr_handover *h,
                    struct vtr_record ret_records[VTR_HANDOVER_RECORDS])
{
    unsigned ticks = (unsigned)(h->to_ip >> 62 | h->via_leave_ip >> 62 << 2);
    uint64_t later = h->time + (uint64_t)ticks * VTR_HANDOVER_TICK_NS;
    uint64_t tag = vtr_handover_tag(h);
    uint64_t dest = (uint64_t)(int64_t)(int32_t)h->message;
    uint64_t prio = h->message >> VTR_HANDOVER_PRIO & 0xff;
    uint64_t via = vtr_handover_id(h->via_leave_ip);
    bool call = h->flags & VTR_F_CALL;
    uint64_t why = call ? VTR_WHY_REPLY : VTR_WHY_OPEN_WAIT;
    uint64_t ip = vtr_handover_ip(h->to_ip);
    uint64_t leave_ip = vtr_handover_ip(h->via_leave_ip);
    uint32_t to = (uint32_t)vtr_handover_id(h->to_ip);

    ret_records[0] = (struct vtr_record){h->time, h->from, VTR_ENTER,
                                         h->cpu,  0,       {0, ip, dest, tag}};
    ret_records[1] = (struct vtr_record){
        later,  h->from,  VTR_IPC,
        h->cpu, h->flags, {to, via, h->label, tag, h->mr0, h->mr1}};
    ret_records[2] =
        (struct vtr_record){later,  h->from, VTR_IPC_BLOCK,
                            h->cpu, 0,       {call ? to : 0, why, via, ~0ull}};
    ret_records[3] = (struct vtr_record){later,  to, VTR_SWITCH,
                                         h->cpu, 0,  {to, h->from, prio, 1}};
    ret_records[4] =
        (struct vtr_record){later, to, VTR_LEAVE, h->cpu, 0, {to, leave_ip}};
}

#endif
