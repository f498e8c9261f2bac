/*
 * The trace as text: one line per record, in the words of the event table,
 * with names for ids.
 *
 *      time us       cpu  thread           event  what
 *      12.345        0    hello            IPC    -> moe call: dataspace ...
 */
#include "events.h"
#include "messages.h"
#include "protocols.h"

#include <inttypes.h>
#include <string.h>

/* Does this argument hold a debugger id? */
static bool is_id(const char *argument)
{
    static const char *const ids[] = {
        "to",      "from",    "object",     "factory", "thread",
        "task",    "gate",    "via",        "partner", "from_task",
        "to_task", "by_task", "parent_task"};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (!strcmp(ids[i], argument))
            return true;
    return false;
}

/* Counters and sizes read better in decimal than addresses do. */
static bool is_decimal(const char *argument)
{
    static const char *const decimals[] = {
        "version",  "ram_bytes",   "cpus",     "seed",   "prio",  "bytes",
        "kind",     "line",        "code",     "result", "value", "records",
        "slice_ns", "deadline_ns", "since_ns", "phase",  "opcode"};

    for (size_t i = 0; i < sizeof(decimals) / sizeof(decimals[0]); i++)
        if (!strcmp(decimals[i], argument))
            return true;
    return strstr(argument, "slot") != NULL;
}

static void print_argument(const struct view *v, FILE *out,
                           const struct vtr_record *r, const char *name,
                           uint64_t value)
{
    char title[TITLE_SIZE], rights[16];

    fprintf(out, " %s=", name);
    if (is_id(name))
        fprintf(out, "%s", names_title(&v->in.names, value, title));
    else if (!strcmp(name, "type"))
        fprintf(out, "%s", type_name(value));
    else if (!strcmp(name, "rights"))
        fprintf(out, "%s", rights_text(value, rights));
    else if (!strcmp(name, "why"))
        fprintf(out, "\"%s\"", why_name(value));
    else if (!strcmp(name, "reason") && r->event == VTR_END)
        fprintf(out, "\"%s\"", end_name(value));
    else if (is_decimal(name) && value != ~0ull)
        fprintf(out, "%" PRIu64, value);
    else if (value == ~0ull)
        fprintf(out, "never");
    else
        fprintf(out, "0x%" PRIx64, value);
}

static void print_arguments(const struct view *v, FILE *out,
                            const struct vtr_record *r)
{
    const struct event_info *e = event_info(r->event);
    char name[32], text[33];

    for (unsigned i = 0; e && i < EVENT_ARGS; i++) {
        if (!event_arg_name(e, i, name, sizeof(name)))
            break;
        if (!strcmp(name, "name0") || !strcmp(name, "text0")) {
            record_text(&r->arg[i], 4, text);
            fprintf(out, " \"%s\"", text);
            i += 3;
        } else {
            print_argument(v, out, r, name, r->arg[i]);
        }
    }
}

static void print_message(const struct view *v, FILE *out,
                          const struct vtr_record *r)
{
    struct message m = {.kind = r->flags & VTR_F_IRQ     ? MESSAGE_IRQ
                                : r->flags & VTR_F_REPLY ? MESSAGE_REPLY
                                : r->flags & VTR_F_FAULT ? MESSAGE_FAULT
                                                         : MESSAGE_CALL,
                        .via = (uint32_t)r->arg[1],
                        .items = r->flags & VTR_F_ITEMS,
                        .record = *r};
    message_add_words(v, &m);
    char title[TITLE_SIZE], text[MESSAGE_TEXT];
    const char *how = m.kind == MESSAGE_REPLY ? "reply"
                      : m.kind == MESSAGE_IRQ ? "irq"
                      : r->flags & VTR_F_CALL ? "call"
                                              : "send";

    fprintf(out, " %s ->", names_title(&v->in.names, r->thread, title));
    fprintf(out, " %s %s: %s", names_title(&v->in.names, r->arg[0], title), how,
            message_text(&m, &v->in.names, text));
}

void text_record(const struct view *v, const struct vtr_record *r, FILE *out)
{
    const struct event_info *e = event_info(r->event);
    char title[TITLE_SIZE];

    fprintf(out, "%8" PRIu64 ".%03u us %u %-16s ", r->time / 1000,
            (unsigned)(r->time % 1000), r->cpu,
            names_title(&v->in.names, r->thread, title));
    if (e)
        fprintf(out, "%-12s", e->name);
    else
        fprintf(out, "event %-6u", r->event);
    if (r->event == VTR_IPC)
        print_message(v, out, r);
    else
        print_arguments(v, out, r);
    fputc('\n', out);
}

void export_text(struct view *v)
{
    struct vtr_record r;

    while (view_next(v, &r)) {
        /* What stands in the messages has a line only if it is asked for. */
        if (view_wants(v, &r) && (v->events || r.event != VTR_WORDS))
            text_record(v, &r, v->out);
    }
}
