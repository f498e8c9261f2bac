/* The file of report.h. */
#include "report.h"
#include "events.h"
#include "findings.h"
#include "messages.h"
#include "pack.h"
#include "protocols.h"
#include "union.h"
#include "viewer.h"

#include <inttypes.h>
#include <zlib.h>

enum { STREAM_JSON, TIME, EVENT, CPU, FLAGS, THREAD, TEXT, COLUMNS };
enum { ARGUMENTS = 256, EVENTS = 64, ARGS_ROOM = 8 };

struct report {
    struct view *view;
    struct pack column[COLUMNS];
    struct pack argument[EVENTS][EVENT_ARGS];
    uint64_t last[EVENTS][EVENT_ARGS], last_time;
    unsigned arguments[EVENTS];
    int text_at[EVENTS];
    struct map texts; /* hash -> number + 1 */
    char **text;
    size_t text_count, text_room;
    uint64_t records, left_out;
    struct union_graph graph;
    struct findings findings;
};

/* --- records
 * -------------------------------------------------------------------- */

static void put_signed(struct pack *p, int64_t value)
{
    pack_varint(p, (uint64_t)value << 1 ^ (value < 0 ? ~0ull : 0));
}

static uint64_t hash(const char *text)
{
    uint64_t h = 0xcbf29ce484222325ull;

    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * 0x100000001b3ull;
    return h & ~(1ull << 63);
}

/* The number of the text; 0 if it is new and there is no more room. */
static size_t text_number(struct report *r, const char *text)
{
    uint64_t key = hash(text);
    uintptr_t number = (uintptr_t)map_get(&r->texts, key);

    if (number || r->text_count >= TEXTS_MAX)
        return number;
    array_need_room(r->text, r->text_count, r->text_room);
    r->text[r->text_count++] = xstrdup(text);
    map_put(&r->texts, key, (void *)(uintptr_t)r->text_count);
    return r->text_count;
}

/* A message in words, or a record's own text; "" for neither. */
static size_t text_of(struct report *r, const struct vtr_record *record)
{
    char text[MESSAGE_TEXT] = "";
    struct message m;

    if (record->event < EVENTS && r->text_at[record->event] >= 0)
        record_text(&record->arg[r->text_at[record->event]], 4, text);
    else if (message_from_record(r->view, record, &m))
        message_text(&m, &r->view->in.names, text);
    else
        return 0;
    size_t number = text_number(r, text);
    if (!number) { /* no room: what is before the value will do */
        text[strcspn(text, "(0123456789")] = 0;
        number = text_number(r, text);
    }
    return number;
}

static void look_up_events(struct report *r)
{
    char name[32];

    for (unsigned e = 0; e < EVENTS; e++) {
        const struct event_info *info = event_info(e);
        r->text_at[e] = -1;
        for (unsigned i = 0; info && i < EVENT_ARGS; i++) {
            if (!event_arg_name(info, i, name, sizeof(name)))
                break;
            if (!strcmp(name, "name0") || !strcmp(name, "text0"))
                r->text_at[e] = (int)i;
            r->arguments[e] = i + 1;
        }
    }
}

static void put_arguments(struct report *r, const struct vtr_record *record)
{
    unsigned e = record->event;

    for (unsigned i = 0; i < r->arguments[e]; i++) {
        if (r->text_at[e] >= 0 && (int)i >= r->text_at[e] &&
            (int)i < r->text_at[e] + 4)
            continue;
        put_signed(&r->argument[e][i],
                   (int64_t)(record->arg[i] - r->last[e][i]));
        r->last[e][i] = record->arg[i];
    }
}

static void put_record(struct report *r, const struct vtr_record *record)
{
    if (record->event >= EVENTS)
        return;
    if (r->records == 0)
        r->last_time = 0;
    r->records++;
    put_signed(&r->column[TIME], (int64_t)(record->time - r->last_time));
    r->last_time = record->time;
    pack_number(&r->column[EVENT], record->event, 1);
    pack_number(&r->column[CPU], record->cpu, 1);
    pack_number(&r->column[FLAGS], record->flags, 1);
    pack_varint(&r->column[THREAD], record->thread);
    pack_varint(&r->column[TEXT], text_of(r, record));
    put_arguments(r, record);
}

static void read_all(struct report *r, uint64_t limit)
{
    struct vtr_record record;

    while (view_next(r->view, &record)) {
        union_feed(&r->graph, &record);
        if (!view_wants(r->view, &record))
            continue;
        if (limit && r->records >= limit)
            r->left_out++;
        else
            put_record(r, &record);
    }
    reader_rewind(r->view->in.reader);
    findings_collect(&r->findings, r->view);
    union_layout(&r->graph, &r->view->in.names);
}

/* --- JSON
 * ----------------------------------------------------------------------- */

static void json_events(FILE *f)
{
    bool first = true;

    fputs("\"events\":[", f);
    for (unsigned e = 0; e < EVENTS; e++) {
        const struct event_info *info = event_info(e);
        if (!info)
            continue;
        fprintf(f, "%s[%u,\"%s\",\"%s\",", first ? "" : ",\n", e, info->name,
                info->args);
        json_text(f, info->text);
        fputc(']', f);
        first = false;
    }
    fputs("],\n\"types\":[", f);
    for (unsigned t = 0; t < VTR_T_COUNT; t++)
        fprintf(f, "%s\"%s\"", t ? "," : "", type_name(t));
    fputs("],\n", f);
}

/* [id, type, title, task, target, created, deleted or -1, root server?] */
static void json_objects(FILE *f, const struct names *n)
{
    struct map_entry *all = map_sorted(&n->objects);
    char title[TITLE_SIZE];

    fputs("\"objects\":[", f);
    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        fprintf(f, "%s[%u,\"%s\",", i ? ",\n" : "", o->id, type_name(o->type));
        json_text(f, names_title(n, o->id, title));
        fprintf(f, ",%u,%u,%" PRIu64 ",%" PRId64 ",%d]", o->task, o->target,
                o->created, o->deleted == ~0ull ? -1 : (int64_t)o->deleted,
                o->type == VTR_T_TASK &&
                    role_of_task(n, o->id) != ROLE_PROGRAM);
    }
    fputs("],\n", f);
    free(all);
}

static void json_findings(FILE *f, const struct findings *all)
{
    fputs("\"findings\":[", f);
    for (size_t i = 0; i < all->count; i++) {
        fprintf(f, "%s[\"%s\",%d,%" PRIu64 ",", i ? ",\n" : "",
                all->all[i].kind, all->all[i].bad, all->all[i].time);
        json_text(f, all->all[i].text);
        fputc(']', f);
    }
    fputs("],\n", f);
}

static void json_graph(FILE *f, const struct union_graph *u)
{
    struct map drawn = {0};
    char rights[16];
    bool first = true;

    fprintf(f,
            "\"graph\":{\"width\":%.0f,\"height\":%.0f,\"leftOut\":%zu,"
            "\"nodes\":[",
            u->width, u->height, u->left_out);
    for (size_t i = 0; i < u->node_count; i++) {
        const struct union_node *n = &u->nodes[i];
        map_put(&drawn, n->id, f);
        fprintf(f, "%s[%u,%.0f,%.0f,%.0f,%.0f]", i ? "," : "", n->id, n->x,
                n->y, n->width, n->height);
    }
    fputs("],\"spans\":[", f);
    for (size_t i = 0; i < u->span_count; i++) {
        const struct union_span *s = &u->spans[i];
        if (s->task == s->object || !map_get(&drawn, s->task) ||
            !map_get(&drawn, s->object))
            continue;
        fprintf(f, "%s[%u,%u,\"%s\",%" PRIu64 ",%" PRIu64 ",%" PRId64 "]",
                first ? "" : ",\n", s->task, s->object,
                rights_text(s->rights, rights), s->slot, s->since,
                s->until == ~0ull ? -1 : (int64_t)s->until);
        first = false;
    }
    fputs("]},\n", f);
    map_free(&drawn, 0);
}

static void json_all(struct report *r, FILE *f)
{
    const struct vtr_file_header *h = reader_header(r->view->in.reader);
    const char *damage = reader_damage(r->view->in.reader);
    char target[17];

    fputs("{\"system\":", f);
    json_text(f, r->view->in.system);
    header_text(h->target, target);
    fputs(",\"target\":", f);
    json_text(f, target);
    fprintf(f,
            ",\"seed\":%" PRIu64 ",\"records\":%" PRIu64 ",\"leftOut\":%" PRIu64
            ",\"last\":%" PRIu64 ",\"damage\":",
            h->seed, r->records, r->left_out, r->view->in.last_time);
    json_text(f, damage ? damage : "");
    fputs(",\n", f);
    json_events(f);
    json_objects(f, &r->view->in.names);
    json_findings(f, &r->findings);
    json_graph(f, &r->graph);
    fputs("\"texts\":[", f);
    for (size_t i = 0; i < r->text_count; i++) {
        fputs(i ? ",\n" : "", f);
        json_text(f, r->text[i]);
    }
    fputs("]}\n", f);
}

/* --- the file
 * -------------------------------------------------------------------- */

static void put_stream(struct pack *to, uint32_t key, const void *bytes,
                       size_t size)
{
    pack_number(to, key, 4);
    pack_number(to, size, 4);
    pack_bytes(to, bytes, size);
}

/* Everything as one block. */
static void gather(struct report *r, struct pack *to)
{
    uint32_t streams = COLUMNS;
    size_t length;
    char *json;

    FILE *f = open_memstream(&json, &length);
    json_all(r, f);
    fclose(f);
    for (unsigned e = 0; e < EVENTS; e++)
        for (unsigned i = 0; i < EVENT_ARGS; i++)
            streams += r->argument[e][i].size != 0;
    pack_number(to, streams, 4);
    put_stream(to, STREAM_JSON, json, length);
    free(json);
    for (unsigned i = TIME; i < COLUMNS; i++)
        put_stream(to, i, r->column[i].bytes, r->column[i].size);
    for (unsigned e = 0; e < EVENTS; e++)
        for (unsigned i = 0; i < EVENT_ARGS; i++)
            if (r->argument[e][i].size)
                put_stream(to, ARGUMENTS + ARGS_ROOM * e + i,
                           r->argument[e][i].bytes, r->argument[e][i].size);
}

static void base64(FILE *f, const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < size; i += 3) {
        uint32_t v = (uint32_t)data[i] << 16;
        v |= i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0;
        v |= i + 2 < size ? data[i + 2] : 0;
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63],
                        i + 1 < size ? digits[v >> 6 & 63] : '=',
                        i + 2 < size ? digits[v & 63] : '='};
        fwrite(four, 1, 4, f);
    }
}

static void write_data(struct report *r, FILE *f)
{
    struct pack block = {0};

    gather(r, &block);
    uLongf size = compressBound(block.size);
    uint8_t *packed = xcalloc(size, 1);
    if (compress2(packed, &size, block.bytes, block.size, 9) != Z_OK)
        die(EXIT_BUG, "zlib could not compress the report");
    base64(f, packed, size);
    free(packed);
    pack_free(&block);
}

static void report_free(struct report *r)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        pack_free(&r->column[i]);
    for (unsigned e = 0; e < EVENTS; e++)
        for (unsigned i = 0; i < EVENT_ARGS; i++)
            pack_free(&r->argument[e][i]);
    for (size_t i = 0; i < r->text_count; i++)
        free(r->text[i]);
    free(r->text);
    map_free(&r->texts, 0);
    union_free(&r->graph);
    findings_free(&r->findings);
    free(r);
}

void report_write(struct view *v, uint64_t records)
{
    struct report *r = xcalloc(1, sizeof(*r));
    FILE *f = v->out;

    r->view = v;
    look_up_events(r);
    read_all(r, records);
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
          "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
          "content=\"width=device-width\">\n<title>",
          f);
    xml_text(f, v->in.system);
    fprintf(f, " - Vitrine trace</title>\n<style>\n%s</style>\n</head>\n%s",
            viewer_css, viewer_html);
    fputs("<script id=\"data\" type=\"text/plain\">", f);
    write_data(r, f);
    fprintf(f, "</script>\n<script>\n%s</script>\n</body>\n</html>\n",
            viewer_js);
    report_free(r);
}
