/*
 * One trace record for what a fast call or reply does.
 *
 *      begin           switch           leave
 *      ENTER, IPC,  +  SWITCH       +   LEAVE   = VTR_HANDOVER
 *      IPC_BLOCK
 *
 * The record grows while the kernel goes its way. When anything else is
 * traced meanwhile (a timeout that strikes before the kernel is left), or
 * something does not fit, the parts are written as records of their own: a
 * reader sees the same records either way, in the same order.
 *
 * I1  handover_records: of how many records the one in `open` is made so
 *     far; 0: none is open. All have the same time but the first.
 */
#include "trace_handover.h"
#include "port.h"
#include "trace.h"
#include "trace_tasks.h"

unsigned handover_records;
static struct vtr_handover *open; /* in the ring, behind its last record */
static uint64_t open_time;        /* of all but ENTER */
static uint32_t open_to;

enum { SENT = 3, SWITCHED = 4 };
enum { TICKS = 16 };

static bool fits(const struct handover *h, uint64_t took)
{
    return trace_kinds == ~0ull && !trace_some &&
           !((h->to | h->via) >> VTR_HANDOVER_ID_BITS) &&
           !(h->ip >> VTR_HANDOVER_IP_BITS) &&
           (int64_t)h->dest == (int32_t)h->dest &&
           (int64_t)h->tag >> 16 == (int16_t)(h->tag >> 16) &&
           took % VTR_HANDOVER_TICK_NS == 0 &&
           took / VTR_HANDOVER_TICK_NS < TICKS;
}

static void write_apart(const struct handover *h)
{
    bool call = h->flags & VTR_F_CALL;
    trace_write_at(h->entered, VTR_ENTER, 0, 0, h->ip, h->dest, h->tag, 0, 0);
    trace_write(VTR_IPC, h->flags, h->to, h->via, h->label, h->tag, h->mr0,
                h->mr1);
    trace_write(VTR_IPC_BLOCK, 0, call ? h->to : 0,
                call ? VTR_WHY_REPLY : VTR_WHY_OPEN_WAIT, h->via, ~0ull, 0, 0);
}

void handover_begin(const struct handover *h)
{
    uint64_t now = port_time(), took = now - h->entered;
    if (!fits(h, took)) {
        write_apart(h);
        return;
    }
    unsigned ticks = (unsigned)took / VTR_HANDOVER_TICK_NS;
    open = trace_reserve();
    open->time = h->entered;
    open->from = h->from;
    open->event = VTR_HANDOVER;
    open->cpu = (uint8_t)port_cpu();
    open->flags = h->flags;
    open->to_ip = vtr_handover_place(h->to, h->ip, ticks);
    open->via_leave_ip = vtr_handover_place(h->via, 0, ticks >> 2);
    open->message = vtr_handover_message(h->dest, h->tag);
    open->label = h->label;
    open->mr0 = h->mr0;
    open->mr1 = h->mr1;
    open_to = h->to;
    open_time = now;
    handover_records = SENT;
}

void handover_switch(uint32_t to, uint32_t from, unsigned prio, bool direct)
{
    if (handover_records == SENT && direct && to == open_to &&
        from == open->from && prio <= 255 && port_time() == open_time) {
        open->message |= (uint64_t)prio << VTR_HANDOVER_PRIO;
        handover_records = SWITCHED;
    } else {
        trace_write(VTR_SWITCH, 0, to, from, prio, direct, 0, 0);
    }
}

void handover_leave(uint32_t to, uint64_t ip)
{
    if (handover_records == SWITCHED && to == open_to &&
        !(ip >> VTR_HANDOVER_IP_BITS) && port_time() == open_time) {
        open->via_leave_ip |= ip << VTR_HANDOVER_ID_BITS;
        handover_records = 0;
        trace_commit();
    } else {
        trace_write(VTR_LEAVE, 0, to, ip, 0, 0, 0, 0);
    }
}

void handover_break(void)
{
    struct vtr_record parts[VTR_HANDOVER_RECORDS];
    unsigned count = handover_records;
    handover_records = 0;
    vtr_handover_expand(open, parts);
    for (unsigned i = 0; i < count; i++) {
        *(struct vtr_record *)trace_reserve() = parts[i];
        trace_commit();
    }
}
