/*
 * vitrine-trace: a trace file as text, table, diagram or another tool's file.
 *
 * Two passes: the first learns all names (input.c), the second is the
 * exporter's. The formats are in one table.
 */
#include "compare.h"
#include "events.h"
#include "pages.h"
#include "times.h"
#include "util.h"
#include "view.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

/* OWN: it makes the file or folder itself. RECORDS: what it says of a record
 * depends on no record before. */
enum { STREAM = 0, OWN = 1, RECORDS = 2 };

static const struct format {
    const char *name;
    const char *ending; /* of the output file, NULL: none */
    void (*export)(struct view *v);
    int output;
} formats[] = {
    {"text", ".txt", export_text, RECORDS},
    {"summary", NULL, export_summary, STREAM},
    {"findings", NULL, export_findings, STREAM},
    {"path", NULL, export_path, STREAM},
    {"svg", ".svg", export_svg, STREAM},
    {"mermaid", ".mmd", export_mermaid, STREAM},
    {"plantuml", ".puml", export_plantuml, STREAM},
    {"mscgen", ".msc", export_mscgen, STREAM},
    {"perfetto", ".pftrace", export_perfetto, STREAM},
    {"chrome", NULL, export_chrome, STREAM},
    {"ctf", NULL, export_ctf, OWN | RECORDS},
    {"pcapng", ".pcapng", export_pcapng, STREAM},
    {"vcd", ".vcd", export_vcd, STREAM},
    {"sqlite", ".db", export_sqlite, OWN},
    {"story", NULL, export_story, STREAM},
    {"words", NULL, export_words, STREAM},
    {"inputs", NULL, export_inputs, STREAM},
    {"csv", ".csv", export_csv, RECORDS},
    {"json", ".jsonl", export_json, RECORDS},
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

struct options {
    const struct format *format;
    const char *output, *input, *other; /* other: of diff */
    bool diff;
    bool events; /* only their table */
    bool strict;
    unsigned only_count;
    struct view view;
};

static const struct format *find_format(const char *name)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (!strcmp(formats[i].name, name))
            return &formats[i];
    return NULL;
}

/* The format an output file's ending asks for; text if it says nothing. */
static const struct format *format_of_file(const char *path)
{
    const char *dot = path ? strrchr(path, '.') : NULL;

    if (dot && !strcmp(dot, ".json"))
        return find_format("chrome");
    for (size_t i = 0; dot && i < FORMATS; i++)
        if (formats[i].ending && !strcmp(formats[i].ending, dot))
            return &formats[i];
    return &formats[0];
}

static uint64_t number(struct argp_state *state, const char *text)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 0);

    if (!*text || *end || *text == '-')
        argp_error(state, "'%s' is not a number", text);
    return n;
}

static uint64_t time_of(struct argp_state *state, const char *text)
{
    uint64_t ns = 0;

    if (!time_parse(text, &ns))
        argp_error(state, "'%s' is not a time (1500, 1.5us, 20ms, 2s)", text);
    return ns;
}

/* Sets the bits of the events named in a list "IPC,MARK". */
static uint64_t events_of(struct argp_state *state, const char *text)
{
    uint64_t bits = 0;
    char name[32];

    while (*text) {
        size_t length = strcspn(text, ",");
        snprintf(name, sizeof(name), "%.*s", (int)length, text);
        if (!event_number(name))
            argp_error(state, "no event '%s' (see --events)", name);
        bits |= 1ull << (event_number(name) & 63);
        text += length + (text[length] == ',');
    }
    return bits;
}

enum {
    KEY_FROM = 256,
    KEY_UNTIL,
    KEY_BETWEEN,
    KEY_ONLY,
    KEY_EVENT,
    KEY_EVENTS,
    KEY_LABEL,
    KEY_KERNEL,
    KEY_STRICT,
    KEY_FOLLOW,
    KEY_PROGRAMS,
    KEY_MAX,
};

/* The options that choose what is shown. */
static error_t parse_choice(int key, char *arg, struct argp_state *state)
{
    struct view *v = &((struct options *)state->input)->view;

    switch (key) {
    case KEY_FROM:
        v->from = time_of(state, arg);
        return 0;
    case KEY_UNTIL:
        v->until = time_of(state, arg);
        return 0;
    case KEY_BETWEEN:
        if (!time_span(arg, &v->from, &v->until))
            argp_error(state, "'%s' is no span of time (1ms..2ms)", arg);
        return 0;
    case KEY_EVENT:
        v->events |= events_of(state, arg);
        return 0;
    case KEY_LABEL:
        v->by_label = true;
        v->label = number(state, arg);
        return 0;
    case KEY_KERNEL:
        v->kernel = true;
        return 0;
    case KEY_MAX:
        v->max = (unsigned)number(state, arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case 't':
        o->format = find_format(arg);
        if (!o->format)
            argp_error(state, "no format '%s'", arg);
        return 0;
    case 'o':
        o->output = arg;
        return 0;
    case KEY_ONLY:
        if (o->only_count == ONLY_MAX)
            argp_error(state, "--only at most %d times", ONLY_MAX);
        o->view.only[o->only_count++] = arg;
        return 0;
    case KEY_STRICT:
        o->strict = true;
        return 0;
    case KEY_FOLLOW:
        o->view.follow = true;
        return 0;
    case KEY_PROGRAMS:
        o->view.programs = arg;
        return 0;
    case KEY_EVENTS:
        o->events = true;
        return 0;
    case ARGP_KEY_ARG:
        if (!o->input && !o->diff && !strcmp(arg, "diff"))
            o->diff = true;
        else if (!o->input)
            o->input = arg;
        else if (o->diff && !o->other)
            o->other = arg;
        else
            argp_error(state, "one trace at a time");
        return 0;
    case ARGP_KEY_END:
        if (o->events)
            return 0;
        if (!o->input || (o->diff && !o->other))
            argp_error(state,
                       o->diff ? "diff takes two traces" : "which trace FILE?");
        return 0;
    default:
        return parse_choice(key, arg, state);
    }
}

static const struct argp_option option_table[] = {
    {"to", 't', "FORMAT", 0,
     "text, summary, findings, path, svg, mermaid, plantuml, mscgen, perfetto, "
     "chrome, ctf, "
     "pcapng, vcd, sqlite, csv or json; else the ending of OUTPUT decides "
     "(.svg .mmd .puml .msc .pftrace .json: chrome .pcapng .vcd .db .csv "
     ".jsonl), else text",
     0},
    {"output", 'o', "OUTPUT", 0,
     "write there, not to the terminal (ctf: a folder)", 0},
    {"max", KEY_MAX, "N", 0,
     "at most N messages in a diagram (default 200, 0: all)", 0},
    {"only", KEY_ONLY, "TASK", 0,
     "only what TASK (name or id) takes part in; may be repeated", 0},
    {"between", KEY_BETWEEN, "A..B", 0,
     "only what happened then (times: 1500, 1.5us, 20ms, 2s)", 0},
    {"from", KEY_FROM, "TIME", 0, "leave out what was before", 0},
    {"until", KEY_UNTIL, "TIME", 0, "leave out what was after", 0},
    {"event", KEY_EVENT, "NAME,...", 0,
     "only these events (text, csv, json, ctf, sqlite)", 0},
    {"events", KEY_EVENTS, NULL, 0,
     "list all events and their fields; with --to, what they are there", 0},
    {"label", KEY_LABEL, "N", 0, "only messages with this gate label", 0},
    {"kernel", KEY_KERNEL, NULL, 0,
     "invocations of kernel objects in diagrams, too", 0},
    {"follow", KEY_FOLLOW, NULL, 0,
     "wait for more at the end, until the system has ended", 0},
    {"programs", KEY_PROGRAMS, "FOLDER", 0,
     "ELF files of the programs, for source lines", 0},
    {"strict", KEY_STRICT, NULL, 0, "any damage is an error (exit 105)", 0},
    {0}};

/* The second trace, with the same choice of records. */
static int diff(const struct options *o)
{
    struct view a = o->view, b = o->view;
    struct outfile out;

    input_open(&b.in, o->other, o->strict);
    outfile_open(&out, o->output);
    a.out = b.out = out.file;
    int code = compare_traces(&a, &b);
    outfile_commit(&out);
    input_close(&b.in);
    return code;
}

static void export(struct options *o)
{
    struct outfile out;

    o->view.path = o->output;
    if (o->format->output & RECORDS && !o->view.follow) {
        reader_seek_time(o->view.in.reader, o->view.from);
        reader_until(o->view.in.reader, o->view.until);
    }
    if (o->format->output & OWN) {
        o->format->export(&o->view);
        return;
    }
    outfile_open(&out, o->output);
    o->view.out = out.file;
    o->format->export(&o->view);
    outfile_commit(&out);
}

/* A task that nobody ever heard of is a slip of the pen; one that is not there
 * yet is none. */
static void only_check(const struct options *o)
{
    for (unsigned i = 0; i < o->only_count && !o->view.follow; i++)
        if (!names_any_matches(&o->view.in.names, o->view.only[i]))
            die(EXIT_BAD_USAGE, "%s: there is no task '%s' in this trace",
                o->input, o->view.only[i]);
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_table,
        parse,
        "FILE\ndiff FILE FILE",
        "Shows a trace of the Vitrine kernel as text or as a diagram."
        "\vExit codes: 0; 1 diff: not the same; 103 bad usage; 105 damaged "
        "trace and nothing "
        "readable (or --strict).",
        NULL,
        NULL,
        NULL};
    struct options o = {.view = {.until = ~0ull, .max = 200}};
    int code = 0;

    argp_err_exit_status = EXIT_BAD_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    if (o.events) {
        if (!page_print(o.format ? o.format->name : NULL, stdout))
            die(EXIT_BAD_USAGE, "%s has no table of events", o.format->name);
        return 0;
    }
    if (!o.format)
        o.format = format_of_file(o.output);
    char *file = o.view.follow ? input_growing(o.input) : xstrdup(o.input);
    input_open(&o.view.in, file,
               (o.strict ? INPUT_STRICT : 0) |
                   (o.view.follow ? INPUT_GROWING : 0));
    only_check(&o);
    if (o.diff)
        code = diff(&o);
    else
        export(&o);
    input_close(&o.view.in);
    free(file);
    return code;
}
