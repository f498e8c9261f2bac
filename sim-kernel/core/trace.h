/*
 * The trace ring: what the kernel does, as fixed-size records.
 *
 * trace_event() costs one predictable branch while tracing is off. The ring
 * is drained by ports that have storage, else it overwrites the oldest and says
 * so (VTR_LOST).
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "port.h"

#include <l4/vitrine/trace_events.h>
#include <l4/vitrine/trace_points.h>
#include <stdbool.h>
#include <stddef.h>

enum { TRACE_CPUS = 32 };

extern bool trace_on;

static inline bool trace_is_on(void)
{
    return TRACE_POINTS && __builtin_expect(trace_on, 0);
}

/* Who runs on a CPU, for the records: debugger ids of thread and task (0: the
 * kernel itself). The scheduler sets them, while tracing is on. */
struct trace_who {
    uint32_t thread, task;
};
extern struct trace_who trace_who[TRACE_CPUS];

static inline struct trace_who *trace_self(void)
{
    return &trace_who[port_cpu()];
}

/* A ring of `records` (at least 2, else 0 and not `on`) at `memory`; tracing
 * starts if `on`. */
void trace_init(void *memory, size_t records, bool on);
/* From now on the port gets each record at once, none is part of another. */
void trace_one_by_one(void);
void trace_write(unsigned event, unsigned flags, uint64_t a0, uint64_t a1,
                 uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
/* The same with a time that was. */
void trace_write_at(uint64_t time, unsigned event, unsigned flags, uint64_t a0,
                    uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                    uint64_t a5);
/* The place of the next record (64 bytes), which is there once committed. */
void *trace_reserve(void);
void trace_commit(void);
enum { TRACE_WORDS_OF_IPC = 2 }; /* that an IPC record has room for */
/* A request of more words than an IPC record has: the next ones, in a record
 * (VTR_WORDS) before that. `mr`: all of the message. */
void trace_words(uint64_t time, uint32_t from, uint32_t to, const uint64_t *mr,
                 unsigned words);
/* Hands everything that is in the ring to the port. */
void trace_flush(void);
/* Like trace_write for VTR_NAME, VTR_IMAGE, VTR_MARK: up to 32 bytes of
 * text, zero padded, in arg[first..first + 3]; first is 1 or 2. a0 is arg[0];
 * a1 is arg[1] or, when the text stands there (first == 1), arg[5]. Nothing
 * while tracing is off. */
void trace_text(unsigned event, uint64_t a0, uint64_t a1, unsigned first,
                const char *text);
/* Records of this event are written or not; tracing is on while any kind is. */
void trace_switch(unsigned event, bool on);
extern uint64_t trace_kinds; /* a bit for each event that is on */
/* What the ring holds, oldest first; the port took the rest. */
size_t trace_count(void);
const struct vtr_record *trace_record(size_t i);
/* The ring is empty after: what the port does not store is gone. */
void trace_clear(void);
void trace_check(void);

#define trace_event(event, flags, a0, a1, a2, a3, a4, a5)                      \
    do {                                                                       \
        if (trace_is_on())                                                     \
            trace_write((event), (flags), (uint64_t)(a0), (uint64_t)(a1),      \
                        (uint64_t)(a2), (uint64_t)(a3), (uint64_t)(a4),        \
                        (uint64_t)(a5));                                       \
    } while (0)

/* The same, in the name of another thread than the running one. */
#define trace_event_of(thread_id, event, flags, a0, a1, a2, a3, a4, a5)        \
    do {                                                                       \
        if (trace_is_on()) {                                                   \
            struct trace_who *who_ = trace_self();                             \
            uint32_t running_ = who_->thread;                                  \
            who_->thread = (thread_id);                                        \
            trace_write((event), (flags), (uint64_t)(a0), (uint64_t)(a1),      \
                        (uint64_t)(a2), (uint64_t)(a3), (uint64_t)(a4),        \
                        (uint64_t)(a5));                                       \
            who_->thread = running_;                                           \
        }                                                                      \
    } while (0)

#endif
