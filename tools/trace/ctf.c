/*
 * The trace in the Common Trace Format 1.8, for babeltrace2 and Trace
 * Compass: a folder with a text that describes the data, and the data.
 *
 *      FOLDER/metadata   what an event looks like, from the event table
 *      FOLDER/cpu0 ...   packets: header 16, context 40, events
 *
 * Every field is aligned to a byte, so an event is simply its bytes in order:
 * event number 2, time 8, thread 4, flags 1, then the event's own arguments, 8
 * each; the text of NAME, IMAGE and MARK (32 bytes) is a string. The names of
 * threads and objects come in a first packet of NAME events.
 *
 * I1  A packet's content_size is its size in bits, without padding.
 */
#include "events.h"
#include "pack.h"
#include "pages.h"
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { CPUS = 256, PACKET_BYTES = 1 << 18, TEXT_BYTES = 32 };
#define CTF_MAGIC 0xc1fc1fc1u

/* Where the sizes and times are in a packet. */
enum { AT_BEGIN = 8, AT_END = 16, AT_CONTENT = 24, AT_PACKET = 32 };

struct ctf {
    struct view *view;
    const char *folder;
    FILE *file[CPUS];
    struct pack pack[CPUS];
    uint64_t begin[CPUS], end[CPUS], lost[CPUS];
    unsigned arguments[EVENT_NUMBERS]; /* of each event, ~0: not looked up */
    int text_at[EVENT_NUMBERS];        /* its text's first argument, -1: none */
};

static FILE *open_in(const struct ctf *c, const char *name)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", c->folder, name);
    FILE *f = fopen(path, "wb");
    if (!f)
        die(EXIT_BAD_USAGE, "%s: %s", path, strerror(errno));
    return f;
}

static void close_file(FILE *f)
{
    if (fclose(f))
        die(EXIT_BAD_USAGE, "cannot write the output");
}

/* --- the description ----------------------------------------------------- */

/* An event's arguments by `format`, which takes a type and a name. */
static void describe_fields(FILE *f, const struct event_info *e,
                            const char *text_type, const char *format)
{
    char name[32], underscored[33];

    for (unsigned i = 0; i < EVENT_ARGS; i++) {
        if (!event_arg_name(e, i, name, sizeof(name)))
            break;
        if (!strcmp(name, "name0") || !strcmp(name, "text0")) {
            fprintf(f, format, text_type, "text");
            i += 3;
        } else {
            bool decimal = strstr(name, "ns") || strstr(name, "prio");
            snprintf(underscored, sizeof(underscored), "_%s", name);
            fprintf(f, format, decimal ? "u64" : "x64", underscored);
        }
    }
}

static void describe_event(FILE *f, unsigned number)
{
    const struct event_info *e = event_info(number);

    fprintf(f,
            "event {\n    name = \"%s\";\n    id = %u;\n    stream_id = 0;\n"
            "    fields := struct {\n",
            e->name, number);
    describe_fields(f, e, "string { encoding = UTF8; }", "        %s %s;\n");
    fputs("    };\n};\n\n", f);
}

void ctf_page(FILE *f)
{
    fputs("| id | event | fields |\n|---|---|---|\n", f);
    for (unsigned i = 0; i < EVENT_NUMBERS; i++) {
        const struct event_info *e = event_info(i);
        if (!e)
            continue;
        fprintf(f, "| %u | %s |", i, e->name);
        describe_fields(f, e, "string", " %s `%s`");
        fputs(" |\n", f);
    }
}

static void describe(const struct ctf *c)
{
    FILE *f = open_in(c, "metadata");

    fprintf(f,
            "/* CTF 1.8 */\n\n"
            "typealias integer { size = 8; align = 8; } := u8;\n"
            "typealias integer { size = 16; align = 8; } := u16;\n"
            "typealias integer { size = 32; align = 8; } := u32;\n"
            "typealias integer { size = 64; align = 8; } := u64;\n"
            "typealias integer { size = 64; align = 8; base = 16; } := x64;\n\n"
            "trace {\n    major = 1;\n    minor = 8;\n    byte_order = le;\n"
            "    packet.header := struct { u32 magic; u32 stream_id; };\n};\n\n"
            "env {\n    domain = \"kernel\";\n    tracer_name = \"vitrine\";\n"
            "    system = \"%s\";\n};\n\n"
            "clock {\n    name = virtual;\n    freq = 1000000000;\n};\n\n"
            "typealias integer { size = 64; align = 8; "
            "map = clock.virtual.value; } := time_ns;\n\n",
            c->view->in.system);
    fputs("stream {\n    id = 0;\n"
          "    packet.context := struct {\n"
          "        time_ns timestamp_begin;\n"
          "        time_ns timestamp_end;\n"
          "        u64 content_size;\n        u64 packet_size;\n"
          "        u64 events_discarded;\n        u32 cpu_id;\n    };\n"
          "    event.header := struct { u16 id; time_ns timestamp; };\n"
          "    event.context := struct { u32 thread; u8 flags; };\n};\n\n",
          f);
    for (unsigned i = 0; i < EVENT_NUMBERS; i++)
        if (event_info(i))
            describe_event(f, i);
    close_file(f);
}

/* --- the data ------------------------------------------------------------ */

static void finish_packet(struct ctf *c, unsigned cpu)
{
    struct pack *p = &c->pack[cpu];
    uint64_t bits = p->size * 8;

    if (!p->size)
        return;
    memcpy(p->bytes + AT_BEGIN, &c->begin[cpu], 8);
    memcpy(p->bytes + AT_END, &c->end[cpu], 8);
    memcpy(p->bytes + AT_CONTENT, &bits, 8); /* I1 */
    memcpy(p->bytes + AT_PACKET, &bits, 8);
    pack_send(p, 0, c->file[cpu]);
}

static void start_packet(struct ctf *c, unsigned cpu, uint64_t time)
{
    struct pack *p = &c->pack[cpu];
    char name[16];

    if (!c->file[cpu]) {
        snprintf(name, sizeof(name), "cpu%u", cpu);
        c->file[cpu] = open_in(c, name);
    }
    c->begin[cpu] = time;
    pack_number(p, CTF_MAGIC, 4);
    pack_number(p, 0, 4);
    pack_need(p, 32);
    pack_number(p, c->lost[cpu], 8);
    pack_number(p, cpu, 4);
}

/* How many arguments the event has, and where its text is. */
static void look_up(struct ctf *c, unsigned number)
{
    const struct event_info *e = event_info(number);
    char name[32];
    unsigned i = 0;

    c->text_at[number] = -1;
    for (; e && i < EVENT_ARGS; i++) {
        if (!event_arg_name(e, i, name, sizeof(name)))
            break;
        if (!strcmp(name, "name0") || !strcmp(name, "text0"))
            c->text_at[number] = (int)i;
    }
    c->arguments[number] = e ? i : 0;
}

static void put_text(struct pack *p, const uint64_t *words)
{
    char text[TEXT_BYTES + 1];

    record_text(words, 4, text);
    pack_text(p, text);
}

static void put_event(struct ctf *c, const struct vtr_record *r)
{
    unsigned cpu = r->cpu;
    struct pack *p = &c->pack[cpu];

    if (r->event >= EVENT_NUMBERS || !event_info(r->event))
        return;
    if (!p->size)
        start_packet(c, cpu, r->time);
    c->end[cpu] = r->time;
    pack_number(p, r->event, 2);
    pack_number(p, r->time, 8);
    pack_number(p, r->thread, 4);
    pack_number(p, r->flags, 1);
    if (c->arguments[r->event] == ~0u)
        look_up(c, r->event);
    if (c->text_at[r->event] < 0) {
        pack_bytes(p, r->arg, 8 * c->arguments[r->event]);
    } else {
        for (unsigned i = 0; i < c->arguments[r->event]; i++)
            if ((int)i != c->text_at[r->event])
                pack_number(p, r->arg[i], 8);
            else {
                put_text(p, &r->arg[i]);
                i += 3;
            }
    }
    if (p->size >= PACKET_BYTES)
        finish_packet(c, cpu);
}

void export_ctf(struct view *v)
{
    struct ctf *c = xcalloc(1, sizeof(*c));
    struct vtr_record r;

    c->view = v;
    c->folder = v->path;
    if (!c->folder)
        die(EXIT_BAD_USAGE, "--to ctf writes a folder: give one with -o");
    if (mkdir(c->folder, 0777) && errno != EEXIST)
        die(EXIT_BAD_USAGE, "%s: %s", c->folder, strerror(errno));
    memset(c->arguments, 0xff, sizeof(c->arguments));
    describe(c);
    while (view_next(v, &r)) {
        if (r.event == VTR_LOST)
            c->lost[r.cpu] += r.arg[0];
        if (view_wants(v, &r))
            put_event(c, &r);
    }
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        finish_packet(c, cpu);
        pack_free(&c->pack[cpu]);
        if (c->file[cpu])
            close_file(c->file[cpu]);
    }
    free(c);
}
