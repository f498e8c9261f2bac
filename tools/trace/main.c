/*
 * vitrine-trace: a trace file as text, table or diagram.
 *
 * Two passes: the first learns all names (input.c), the second is the
 * exporter's. The formats are in one table.
 */
#include "util.h"
#include "view.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

static const struct format {
    const char *name;
    const char *ending; /* of the output file, NULL: none */
    void (*export)(struct view *v);
    const char *text;
} formats[] = {
    {"text", ".txt", export_text, "one line per record"},
    {"summary", NULL, export_summary, "who did how much of what"},
    {"svg", ".svg", export_svg, "sequence diagram"},
    {"mermaid", ".mmd", export_mermaid, "sequence diagram for Mermaid"},
    {"chrome", NULL, export_chrome, "timeline for ui.perfetto.dev"},
    {"csv", ".csv", export_csv, "raw numbers"},
    {"json", ".jsonl", export_json, "raw numbers, one object per line"},
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

struct options {
    const struct format *format;
    const char *output, *input;
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

enum { KEY_FROM = 256, KEY_UNTIL, KEY_ONLY, KEY_KERNEL, KEY_STRICT, KEY_MAX };

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
    case KEY_MAX:
        o->view.max = (unsigned)number(state, arg);
        return 0;
    case KEY_ONLY:
        if (o->only_count == ONLY_MAX)
            argp_error(state, "--only at most %d times", ONLY_MAX);
        o->view.only[o->only_count++] = arg;
        return 0;
    case KEY_FROM:
        o->view.from = number(state, arg);
        return 0;
    case KEY_UNTIL:
        o->view.until = number(state, arg);
        return 0;
    case KEY_KERNEL:
        o->view.kernel = true;
        return 0;
    case KEY_STRICT:
        o->strict = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->input)
            argp_error(state, "one trace at a time");
        o->input = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which trace FILE?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"to", 't', "FORMAT", 0,
     "text, summary, svg, mermaid, chrome, csv or json; else the ending of "
     "OUTPUT decides (.svg .mmd .json: chrome .csv .jsonl), else text",
     0},
    {"output", 'o', "OUTPUT", 0, "write there, not to the terminal", 0},
    {"max", KEY_MAX, "N", 0,
     "at most N messages in a diagram (default 200, 0: all)", 0},
    {"only", KEY_ONLY, "TASK", 0,
     "only what TASK (name or id) takes part in; may be repeated", 0},
    {"from", KEY_FROM, "NS", 0, "leave out what was before", 0},
    {"until", KEY_UNTIL, "NS", 0, "leave out what was after", 0},
    {"kernel", KEY_KERNEL, NULL, 0,
     "invocations of kernel objects in diagrams, too", 0},
    {"strict", KEY_STRICT, NULL, 0, "any damage is an error (exit 105)", 0},
    {0}};

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_table,
        parse,
        "FILE",
        "Shows a trace of the Vitrine kernel as text or as a diagram."
        "\vExit codes: 0; 103 bad usage; 105 damaged trace and nothing "
        "readable (or --strict).",
        NULL,
        NULL,
        NULL};
    struct options o = {.view = {.until = ~0ull, .max = 200}};
    struct outfile out;

    argp_err_exit_status = EXIT_BAD_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    if (!o.format)
        o.format = format_of_file(o.output);
    input_open(&o.view.in, o.input, o.strict);

    outfile_open(&out, o.output);
    o.view.out = out.file;
    o.format->export(&o.view);
    outfile_commit(&out);

    input_close(&o.view.in);
    return 0;
}
