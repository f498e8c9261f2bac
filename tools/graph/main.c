/*
 * vitrine-graph: who holds which capability, as a picture or in DOT; or
 * whether the trace and the kernel's snapshot agree about it.
 */
#include "draw.h"
#include "input.h"
#include "peak.h"
#include "util.h"
#include "verify.h"

#include <argp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *path, *output, *focus;
    uint64_t at;      /* ns */
    uint64_t records; /* as many are replayed */
    bool peak;        /* at the most interesting moment */
    bool verify, strict, all;
};

enum { KEY_AT = 256, KEY_FOCUS, KEY_VERIFY, KEY_STRICT, KEY_ALL };

static const struct argp_option option_table[] = {
    {"output", 'o', "OUTPUT", 0,
     ".svg, .png or .dot; without it DOT goes to the terminal", 0},
    {"at", KEY_AT, "NS", 0,
     "as it was at this virtual time, or `end`; default: when most tasks "
     "were alive and held most",
     0},
    {"focus", KEY_FOCUS, "TASK", 0,
     "only TASK (name or id), what it holds and where that leads", 0},
    {"all", KEY_ALL, NULL, 0,
     "every capability as an arrow, none written into boxes", 0},
    {"verify", KEY_VERIFY, NULL, 0,
     "compare with the snapshot at the end of the trace; exit 1 and list the "
     "differences if there are any",
     0},
    {"strict", KEY_STRICT, NULL, 0, "any damage is an error (exit 105)", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    char *end;

    switch (key) {
    case 'o':
        o->output = arg;
        return 0;
    case KEY_AT:
        o->peak = false;
        if (!strcmp(arg, "end"))
            return 0;
        o->at = strtoull(arg, &end, 0);
        if (!*arg || *end || *arg == '-')
            argp_error(state, "'%s' is not a number", arg);
        return 0;
    case KEY_FOCUS:
        o->focus = arg;
        return 0;
    case KEY_ALL:
        o->all = true;
        return 0;
    case KEY_VERIFY:
        o->verify = true;
        return 0;
    case KEY_STRICT:
        o->strict = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->path)
            argp_error(state, "one trace at a time");
        o->path = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which trace FILE?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* "svg", "png" or "dot". */
static const char *format_of(const char *output)
{
    const char *dot = output ? strrchr(output, '.') : NULL;

    if (!output || !strcmp(output, "-"))
        return "dot";
    if (dot &&
        (!strcmp(dot, ".svg") || !strcmp(dot, ".png") || !strcmp(dot, ".dot")))
        return dot + 1;
    die(EXIT_BAD_USAGE, "%s: the graph's file ends in .svg, .dot or .png",
        output);
}

/* Feeds `records` records, as far as they are not later than `until`. */
static void replay(struct input *in, uint64_t records, uint64_t until,
                   struct capgraph *g, struct verify *s)
{
    struct vtr_record r;

    reader_rewind(in->reader);
    while (records-- && reader_next(in->reader, &r)) {
        if (r.time <= until)
            capgraph_feed(g, &r);
        verify_feed(s, &r);
    }
}

static int verify(const struct input *in, const struct capgraph *g,
                  const struct verify *s)
{
    if (!verify_any(s)) {
        complain("%s: there is no snapshot in this trace", in->path);
        return EXIT_BAD_TRACE;
    }
    size_t different = verify_compare(s, g, &in->names, stdout);
    if (different) {
        printf("%zu differences between trace and snapshot\n", different);
        return EXIT_DIFFERS;
    }
    printf("trace and snapshot agree: %zu objects, %zu capabilities\n",
           s->objects.used, s->caps.used);
    return 0;
}

/* The task that --focus names: the last one of that name. */
static uint32_t find_task(const struct input *in, const char *text)
{
    struct map_entry *all = map_sorted(&in->names.objects);
    uint32_t found = 0;

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type == VTR_T_TASK &&
            names_task_matches(&in->names, o->id, text))
            found = o->id;
    }
    free(all);
    if (!found)
        die(EXIT_BAD_USAGE, "%s: there is no task '%s' in this trace", in->path,
            text);
    return found;
}

static void picture(const struct options *o, const struct input *in,
                    const struct capgraph *g)
{
    const char *format = format_of(o->output);
    struct drawing d = {.graph = g, .names = &in->names, .all = o->all};
    struct drawing_size size;
    struct outfile out;
    char title[160], *dot;
    size_t length;

    if (o->focus)
        d.focus = find_task(in, o->focus);
    snprintf(title, sizeof(title), "%s: who holds which capability, at %.3f ms",
             in->system,
             (double)(o->at == ~0ull ? in->last_time : o->at) / 1e6);
    d.title = title;
    FILE *text = open_memstream(&dot, &length);
    dot_write(text, &d, &size);
    fclose(text);

    outfile_open(&out, o->output);
    if (!strcmp(format, "dot"))
        fwrite(dot, 1, length, out.file);
    else if (draw(out.file, dot, format, size))
        die(EXIT_BUG, "Graphviz could not draw %s", o->output);
    outfile_commit(&out);
    free(dot);
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_table,
        parse,
        "FILE",
        "Draws who holds which capability, as replayed from a trace."
        "\vExit codes: 0; 1 --verify found differences; 103 bad usage; 105 "
        "damaged trace and nothing readable (or --strict).",
        NULL,
        NULL,
        NULL};
    struct options o = {.at = ~0ull, .records = ~0ull, .peak = true};
    struct capgraph graph = {0};
    struct verify snapshot = {0};
    struct input in;
    int code = 0;

    argp_err_exit_status = EXIT_BAD_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    format_of(o.output);
    input_open(&in, o.path, o.strict);
    if (o.peak && !o.verify)
        o.records = peak_find(&in, &o.at);
    replay(&in, o.records, o.at, &graph, &snapshot);
    if (o.verify)
        code = verify(&in, &graph, &snapshot);
    if (!o.verify || o.output)
        picture(&o, &in, &graph);
    capgraph_free(&graph);
    verify_free(&snapshot);
    input_close(&in);
    return code;
}
