/*
 * vitrine-view: a trace and its viewer as one HTML file (report.h).
 */
#include "report.h"
#include "times.h"
#include "util.h"

#include <argp.h>
#include <stdlib.h>

struct options {
    const char *input, *output;
    uint64_t records;
    unsigned only_count;
    bool strict;
    struct view view;
};

enum { KEY_BETWEEN = 256, KEY_ONLY, KEY_MAX, KEY_PROGRAMS, KEY_STRICT };

static const struct argp_option option_table[] = {
    {"output", 'o', "OUTPUT", 0, "the HTML file (default: the terminal)", 0},
    {"between", KEY_BETWEEN, "A..B", 0, "only what happened then", 0},
    {"only", KEY_ONLY, "TASK", 0, "only what TASK takes part in", 0},
    {"max", KEY_MAX, "N", 0,
     "at most N records, from the beginning (default 1000000, 0: all)", 0},
    {"programs", KEY_PROGRAMS, "FOLDER", 0,
     "ELF files of the programs, for source lines", 0},
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
    case KEY_BETWEEN:
        if (!time_span(arg, &o->view.from, &o->view.until))
            argp_error(state, "'%s' is no span of time (1ms..2ms)", arg);
        return 0;
    case KEY_ONLY:
        if (o->only_count == ONLY_MAX)
            argp_error(state, "--only at most %d times", ONLY_MAX);
        o->view.only[o->only_count++] = arg;
        return 0;
    case KEY_MAX:
        o->records = strtoull(arg, &end, 0);
        if (!*arg || *end)
            argp_error(state, "'%s' is not a number", arg);
        return 0;
    case KEY_PROGRAMS:
        o->view.programs = arg;
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

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_table,
        parse,
        "FILE",
        "Makes one HTML file of a trace that any browser opens."
        "\vExit codes: 0; 103 bad usage; 105 damaged trace and nothing "
        "readable (or --strict).",
        NULL,
        NULL,
        NULL};
    struct options o = {.records = REPORT_RECORDS, .view = {.until = ~0ull}};
    struct outfile out;

    argp_err_exit_status = EXIT_BAD_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    input_open(&o.view.in, o.input, o.strict);
    outfile_open(&out, o.output);
    o.view.out = out.file;
    report_write(&o.view, o.records);
    outfile_commit(&out);
    input_close(&o.view.in);
    return 0;
}
