/*
 * The timeline as Perfetto's own protocol buffers, for ui.perfetto.dev and
 * its trace processor (SQL): compact, with flows inside the slices' events
 * and counters per task.
 *
 *      Trace { packet: track_descriptor ... packet: track_event ... }
 *
 * Names are interned: written once with a number, used by the number. All
 * field numbers are those of tests/tools/perfetto.proto, the few lines of
 * Perfetto's schema that are used here.
 *
 * I1  An interned name is written before, or with, its first use.
 */
#include "pack.h"
#include "timeline.h"

#include <stdlib.h>

/* Fields of Perfetto's messages. */
enum { TRACE_PACKET = 1 };
enum {
    PACKET_TIMESTAMP = 8,
    PACKET_SEQUENCE = 10,
    PACKET_TRACK_EVENT = 11,
    PACKET_INTERNED = 12,
    PACKET_FLAGS = 13,
    PACKET_TRACK_DESCRIPTOR = 60,
};
enum {
    EVENT_CATEGORY_IID = 3,
    EVENT_ANNOTATION = 4,
    EVENT_TYPE = 9,
    EVENT_NAME_IID = 10,
    EVENT_TRACK = 11,
    EVENT_COUNTER = 30,
    EVENT_FLOW = 47,
    EVENT_LAST_FLOW = 48,
};
enum { TYPE_BEGIN = 1, TYPE_END, TYPE_INSTANT, TYPE_COUNTER };
enum { TRACK_UUID = 1, TRACK_NAME, TRACK_PROCESS, TRACK_PARENT = 5 };
enum { TRACK_COUNTER = 8, COUNTER_UNIT = 3, PROCESS_PID = 1, PROCESS_NAME = 6 };
enum { INTERN_CATEGORIES = 1, INTERN_NAMES = 2, INTERN_IID = 1, INTERN_TEXT };
enum { ANNOTATION_TEXT = 6, ANNOTATION_NAME = 10 };
enum { STATE_CLEARED = 1, STATE_NEEDED = 2, UNIT_COUNT = 2, UNIT_BYTES = 3 };

/* Tracks: object id and which of the object's tracks. */
enum { OF_TASK, OF_CAPS, OF_CALLS, OF_RUNNING, OF_COUNTERS, TRACK_KINDS = 8 };
enum { SEND_AT = 1 << 16, SEQUENCE = 1, NAMES_MAX = 20000 };

struct perfetto {
    struct view *view;
    struct pack pack;
    struct map names; /* hash of a text -> its number, as a pointer */
    uint64_t last_name;
    bool started;
};

static uint64_t track(uint32_t object, unsigned which)
{
    return (uint64_t)object * TRACK_KINDS + which + 1;
}

static uint64_t hash(const char *text)
{
    uint64_t h = 0xcbf29ce484222325ull;

    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * 0x100000001b3ull;
    return h & ~(1ull << 63); /* never the map's forbidden key */
}

/* --- packets ------------------------------------------------------------- */

static size_t open_packet(struct perfetto *p, uint64_t time)
{
    size_t packet = pack_open(&p->pack, TRACE_PACKET);

    pack_field(&p->pack, PACKET_TIMESTAMP, time);
    pack_field(&p->pack, PACKET_SEQUENCE, SEQUENCE);
    pack_field(&p->pack, PACKET_FLAGS,
               p->started ? STATE_NEEDED : STATE_CLEARED | STATE_NEEDED);
    p->started = true;
    return packet;
}

static void close_packet(struct perfetto *p, size_t packet)
{
    pack_close(&p->pack, packet);
    pack_send(&p->pack, SEND_AT, p->view->out);
}

/* The number of `text`; a new one is written into the open packet. */
static uint64_t intern(struct perfetto *p, unsigned field, const char *text)
{
    uint64_t key = hash(text) ^ field;
    uint64_t iid = (uint64_t)(uintptr_t)map_get(&p->names, key);

    if (iid)
        return iid;
    iid = ++p->last_name;
    map_put(&p->names, key, (void *)(uintptr_t)iid);
    size_t data = pack_open(&p->pack, PACKET_INTERNED);
    size_t entry = pack_open(&p->pack, field);
    pack_field(&p->pack, INTERN_IID, iid);
    pack_field_text(&p->pack, INTERN_TEXT, text);
    pack_close(&p->pack, entry);
    pack_close(&p->pack, data);
    return iid;
}

/* A run that never says the same thing twice must not fill the memory. */
static void forget_names(struct perfetto *p)
{
    if (p->names.used < NAMES_MAX)
        return;
    map_free(&p->names, 0);
    p->names = (struct map){0};
    p->last_name = 0;
    p->started = false; /* the next packet says so */
}

static void put_flows(struct perfetto *p, struct timeline_flow f)
{
    if (f.out)
        pack_field_64(&p->pack, EVENT_FLOW, f.out);
    if (f.in)
        pack_field_64(&p->pack, EVENT_LAST_FLOW, f.in);
}

static void put_event(struct perfetto *p, unsigned type, uint64_t on,
                      uint64_t time, const char *name, const char *category,
                      struct timeline_flow flow)
{
    uint64_t name_iid = 0, category_iid = 0;

    forget_names(p);
    size_t packet = open_packet(p, time);
    if (name)
        name_iid = intern(p, INTERN_NAMES, name);
    if (category)
        category_iid = intern(p, INTERN_CATEGORIES, category);
    size_t event = pack_open(&p->pack, PACKET_TRACK_EVENT);
    pack_field(&p->pack, EVENT_TYPE, type);
    pack_field(&p->pack, EVENT_TRACK, on);
    if (name)
        pack_field(&p->pack, EVENT_NAME_IID, name_iid);
    if (category)
        pack_field(&p->pack, EVENT_CATEGORY_IID, category_iid);
    put_flows(p, flow);
    pack_close(&p->pack, event);
    close_packet(p, packet);
}

/* --- the sink ------------------------------------------------------------ */

static const struct timeline_flow no_flow;

static void begin(void *self, uint32_t thread, uint64_t time, const char *name,
                  const char *category, struct timeline_flow flow)
{
    put_event(self, TYPE_BEGIN, track(thread, OF_CALLS), time, name, category,
              flow);
}

static void end(void *self, uint32_t thread, uint64_t time, const char *result,
                struct timeline_flow flow)
{
    struct perfetto *p = self;
    size_t packet = open_packet(p, time);
    size_t event = pack_open(&p->pack, PACKET_TRACK_EVENT);

    pack_field(&p->pack, EVENT_TYPE, TYPE_END);
    pack_field(&p->pack, EVENT_TRACK, track(thread, OF_CALLS));
    if (result) {
        size_t note = pack_open(&p->pack, EVENT_ANNOTATION);
        pack_field_text(&p->pack, ANNOTATION_NAME, "result");
        pack_field_text(&p->pack, ANNOTATION_TEXT, result);
        pack_close(&p->pack, note);
    }
    put_flows(p, flow);
    pack_close(&p->pack, event);
    close_packet(p, packet);
}

static void instant(void *self, uint32_t thread, uint64_t time,
                    const char *name)
{
    put_event(self, TYPE_INSTANT, track(thread, OF_CALLS), time, name, "note",
              no_flow);
}

/* Of the machine's CPUs, if there are several: behind those of all objects. */
static uint64_t cpu_track(unsigned cpu)
{
    return ((uint64_t)TRACK_KINDS << 32) + 1 + cpu;
}

static void ran(void *self, uint32_t thread, unsigned cpu, uint64_t since,
                uint64_t until)
{
    struct perfetto *p = self;
    uint64_t on = track(thread, OF_RUNNING);
    char title[TITLE_SIZE];

    put_event(self, TYPE_BEGIN, on, since, "running", "cpu", no_flow);
    put_event(self, TYPE_END, on, until, NULL, NULL, no_flow);
    if (cpu >= p->view->in.cpus || p->view->in.cpus == 1)
        return;
    names_title(&p->view->in.names, thread, title);
    put_event(self, TYPE_BEGIN, cpu_track(cpu), since, title, "cpu", no_flow);
    put_event(self, TYPE_END, cpu_track(cpu), until, NULL, NULL, no_flow);
}

static void delegate(void *self, uint32_t task, uint64_t time, const char *name,
                     struct timeline_flow flow)
{
    put_event(self, TYPE_INSTANT, track(task, OF_CAPS), time, name,
              flow.out ? "gives" : "gets", flow);
}

static void counter(void *self, uint32_t task, enum timeline_counter which,
                    uint64_t time, int64_t value)
{
    struct perfetto *p = self;
    size_t packet = open_packet(p, time);
    size_t event = pack_open(&p->pack, PACKET_TRACK_EVENT);

    pack_field(&p->pack, EVENT_TYPE, TYPE_COUNTER);
    pack_field(&p->pack, EVENT_TRACK, track(task, OF_COUNTERS + which));
    pack_field(&p->pack, EVENT_COUNTER, (uint64_t)value);
    pack_close(&p->pack, event);
    close_packet(p, packet);
}

/* --- tracks -------------------------------------------------------------- */

/* A track under its parent (0: none); `unit` makes it a counter. */
static void describe(struct perfetto *p, uint64_t id, uint64_t parent,
                     const char *name, unsigned unit)
{
    size_t packet = open_packet(p, 0);
    size_t track = pack_open(&p->pack, PACKET_TRACK_DESCRIPTOR);

    pack_field(&p->pack, TRACK_UUID, id);
    if (parent)
        pack_field(&p->pack, TRACK_PARENT, parent);
    pack_field_text(&p->pack, TRACK_NAME, name);
    if (unit) {
        size_t c = pack_open(&p->pack, TRACK_COUNTER);
        pack_field(&p->pack, COUNTER_UNIT, unit);
        pack_close(&p->pack, c);
    }
    pack_close(&p->pack, track);
    close_packet(p, packet);
}

static void describe_task(struct perfetto *p, uint32_t task)
{
    char title[TITLE_SIZE];
    size_t packet = open_packet(p, 0);
    size_t track_at = pack_open(&p->pack, PACKET_TRACK_DESCRIPTOR);

    pack_field(&p->pack, TRACK_UUID, track(task, OF_TASK));
    size_t process = pack_open(&p->pack, TRACK_PROCESS);
    pack_field(&p->pack, PROCESS_PID, task);
    pack_field_text(&p->pack, PROCESS_NAME,
                    names_title(&p->view->in.names, task, title));
    pack_close(&p->pack, process);
    pack_close(&p->pack, track_at);
    close_packet(p, packet);
    describe(p, track(task, OF_CAPS), track(task, OF_TASK),
             "capabilities given and got", 0);
    describe(p, track(task, OF_COUNTERS + COUNTER_CAPS), track(task, OF_TASK),
             "capabilities", UNIT_COUNT);
    describe(p, track(task, OF_COUNTERS + COUNTER_MEMORY), track(task, OF_TASK),
             "memory", UNIT_BYTES);
}

static void describe_thread(struct perfetto *p, uint32_t thread)
{
    uint32_t task = names_task_of(&p->view->in.names, thread);
    uint64_t parent = task ? track(task, OF_TASK) : 0;
    char title[TITLE_SIZE + 8];

    names_title(&p->view->in.names, thread, title);
    describe(p, track(thread, OF_RUNNING), parent, title, 0);
    strcat(title, " calls");
    describe(p, track(thread, OF_CALLS), parent, title, 0);
}

void export_perfetto(struct view *v)
{
    struct perfetto p = {.view = v};
    struct timeline_sink sink = {&p,  begin,    end,    instant,
                                 ran, delegate, counter};
    struct map_entry *all = map_sorted(&v->in.names.objects);

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type == VTR_T_TASK)
            describe_task(&p, o->id);
        else if (o->type == VTR_T_THREAD && view_wants_thread(v, o->id))
            describe_thread(&p, o->id);
    }
    free(all);
    for (unsigned i = 0; v->in.cpus > 1 && i < v->in.cpus; i++) {
        char name[16];
        snprintf(name, sizeof(name), "CPU %u", i);
        describe(&p, cpu_track(i), 0, name, 0);
    }
    timeline_run(v, &sink);
    pack_send(&p.pack, 0, v->out);
    pack_free(&p.pack);
    map_free(&p.names, 0);
}
