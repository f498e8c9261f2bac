/*
 * The trace ring.
 *
 *      record[0 .. size)      start: the oldest      count: how many
 *      [ 5 6 7 . . 2 3 4 ]    the newest is at start + count - 1
 *
 * When the ring is full it is offered to the port. If the port does not
 * take it, the oldest record goes, and the one that is now the oldest is
 * turned into a VTR_LOST that counts them: a ring read at any moment (from
 * outside, on a machine without storage) says itself what is missing.
 * The ring has a global name so that tools can find it in a memory image.
 *
 * I1  count <= size, start < size (size 0: no ring).
 * I2  lost > 0: the oldest record is VTR_LOST with arg[0] == lost.
 */
#include "trace.h"

#include "kassert.h"
#include "port.h"
#include "trace_handover.h"
#include "trace_tasks.h"

enum { TEXT_WORDS = 4 };

bool trace_on;
struct trace_who trace_who[TRACE_CPUS];
uint64_t trace_kinds;

struct trace_ring {
    struct vtr_record *record;
    size_t size, start, count; /* records */
    uint64_t lost;
    bool each; /* drained after each record */
};
struct trace_ring trace_ring;

/* Offset 0 is the oldest; at most size. */
static size_t ring_index(size_t offset)
{
    size_t i = trace_ring.start + offset;
    return i < trace_ring.size ? i : i - trace_ring.size;
}

/* Makes room for one record without the port's help; keeps I2. */
static void ring_drop_oldest(void)
{
    struct trace_ring *r = &trace_ring;
    r->lost += r->lost ? 1 : 2; /* first time, LOST itself takes a place */
    r->start = ring_index(1);
    r->count--;

    struct vtr_record *oldest = &r->record[r->start];
    *oldest = (struct vtr_record){.time = oldest->time,
                                  .event = VTR_LOST,
                                  .cpu = oldest->cpu,
                                  .arg = {r->lost}};
}

void *trace_reserve(void)
{
    struct trace_ring *r = &trace_ring;
    if (r->count == r->size)
        trace_flush();
    if (r->count == r->size)
        ring_drop_oldest();
    return &r->record[ring_index(r->count)];
}

void trace_commit(void)
{
    trace_ring.count++;
    if (trace_ring.each)
        trace_flush();
}

/* Event 0 does not exist: with it off a HANDOVER does not fit. */
void trace_one_by_one(void)
{
    trace_ring.each = true;
    trace_switch(0, false);
}

void trace_init(void *memory, size_t records, bool on)
{
    kassert(!on || records >= 2);
    trace_ring = (struct trace_ring){.record = memory, .size = records};
    for (unsigned i = 0; i < TRACE_CPUS; i++)
        trace_who[i] = (struct trace_who){0, 0};
    handover_records = 0;
    trace_on = on;
    trace_kinds = on ? ~0ull : 0;
}

void trace_write_at(uint64_t time, unsigned event, unsigned flags, uint64_t a0,
                    uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                    uint64_t a5)
{
    if (__builtin_expect(handover_records != 0, 0))
        handover_break();
    if (!(trace_kinds >> event & 1))
        return;
    if (__builtin_expect(trace_some, 0) &&
        !trace_tasks_want(event, trace_self()->thread, a0, a1))
        return;
    *(struct vtr_record *)trace_reserve() = (struct vtr_record){
        .time = time,
        .thread = trace_self()->thread,
        .event = (uint16_t)event,
        .cpu = (uint8_t)port_cpu(),
        .flags = (uint8_t)flags,
        .arg = {a0, a1, a2, a3, a4, a5},
    };
    trace_commit();
}

void trace_write(unsigned event, unsigned flags, uint64_t a0, uint64_t a1,
                 uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    trace_write_at(port_time(), event, flags, a0, a1, a2, a3, a4, a5);
}

void trace_words(uint64_t time, uint32_t from, uint32_t to, const uint64_t *mr,
                 unsigned words)
{
    enum { MORE = 5 };
    uint64_t more[MORE] = {0};
    struct trace_who *who = trace_self();
    uint32_t running = who->thread;
    for (unsigned i = 0; i < MORE && TRACE_WORDS_OF_IPC + i < words; i++)
        more[i] = mr[TRACE_WORDS_OF_IPC + i];
    who->thread = from;
    trace_write_at(time, VTR_WORDS, 0, to, more[0], more[1], more[2], more[3],
                   more[4]);
    who->thread = running;
}

void trace_flush(void)
{
    struct trace_ring *r = &trace_ring;
    if (handover_records)
        handover_break();
    while (r->count) { /* at most twice: the ring's end, its beginning */
        size_t part = r->size - r->start;
        if (part > r->count)
            part = r->count;
        if (!port_trace_drain(&r->record[r->start], part))
            return;
        r->start = ring_index(part);
        r->count -= part;
        r->lost = 0; /* reported with the first part */
    }
    r->start = 0;
}

void trace_text(unsigned event, uint64_t a0, uint64_t a1, unsigned first,
                const char *text)
{
    kassert(first >= 1 && first + TEXT_WORDS <= 6);
    if (!trace_on)
        return;
    uint64_t arg[6] = {a0};
    arg[first == 1 ? 5 : 1] = a1;
    for (size_t i = 0; i < TEXT_WORDS * sizeof(uint64_t) && text[i]; i++)
        arg[first + i / 8] |= (uint64_t)(uint8_t)text[i] << i % 8 * 8;
    trace_write(event, 0, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

void trace_switch(unsigned event, bool on)
{
    uint64_t bit = 1ull << event;
    if (handover_records)
        handover_break();
    trace_kinds = on ? trace_kinds | bit : trace_kinds & ~bit;
    trace_on = trace_kinds && trace_ring.size >= 2;
}

size_t trace_count(void)
{
    if (handover_records)
        handover_break();
    return trace_ring.count;
}

const struct vtr_record *trace_record(size_t i)
{
    kassert(i < trace_ring.count);
    return &trace_ring.record[ring_index(i)];
}

void trace_clear(void)
{
    trace_flush();
    trace_ring.start = trace_ring.count = 0;
    trace_ring.lost = 0;
}

void trace_check(void)
{
    const struct trace_ring *r = &trace_ring;
    if (!r->size)
        return;
    kassert(r->count <= r->size && r->start < r->size); /* I1 */
    if (r->lost) {                                      /* I2 */
        kassert(r->record[r->start].event == VTR_LOST);
        kassert(r->record[r->start].arg[0] == r->lost);
    }
}
