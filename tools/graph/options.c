/* The options of options.h. */
#include "options.h"
#include "events.h"
#include "times.h"
#include "util.h"

#include <argp.h>
#include <string.h>

enum {
    KEY_AT = 256,
    KEY_FOCUS,
    KEY_KINDS,
    KEY_DIFF,
    KEY_REACH,
    KEY_ORIGIN,
    KEY_CHECK,
    KEY_PROGRAMS,
    KEY_VERIFY,
    KEY_STRICT,
    KEY_ALL,
    KEY_FOLD,
};

static const struct argp_option option_table[] = {
    {"output", 'o', "OUTPUT", 0,
     ".svg, .png, .dot, .json or .cdl (capDL); without it DOT goes to the "
     "terminal",
     0},
    {"at", KEY_AT, "TIME", 0,
     "as it was at this virtual time, or `end`; default: when most tasks "
     "were alive and held most",
     0},
    {"diff", KEY_DIFF, "T1 T2", 0,
     "what changed between two times (T2 may be `end`); drawn with -o", 0},
    {"focus", KEY_FOCUS, "TASK", 0,
     "only TASK (name or id), what it holds and where that leads", 0},
    {"kinds", KEY_KINDS, "TYPE,...", 0,
     "only objects of these types beside tasks (gate,irq,semaphore,...)", 0},
    {"reach", KEY_REACH, "FROM TO", 0,
     "can task FROM reach TO now, could it ever come to hold it, and by which "
     "chain; exit 1: neither",
     0},
    {"origin", KEY_ORIGIN, "OBJECT", 0,
     "who holds OBJECT, and where each capability came from", 0},
    {"check", KEY_CHECK, "POLICY", 0,
     "does the whole run keep the rules of the file; exit 1: not", 0},
    {"programs", KEY_PROGRAMS, "FOLDER", 0,
     "ELF files of the programs, for source lines", 0},
    {"all", KEY_ALL, NULL, 0,
     "every capability as an arrow, none written into boxes or folded", 0},
    {"fold", KEY_FOLD, NULL, 0, "draw what looks alike once", 0},
    {"verify", KEY_VERIFY, NULL, 0,
     "compare with the snapshot at the end of the trace; exit 1 and list the "
     "differences if there are any",
     0},
    {"strict", KEY_STRICT, NULL, 0, "any damage is an error (exit 105)", 0},
    {0}};

static uint64_t time_of(struct argp_state *state, const char *text)
{
    uint64_t ns = ~0ull;

    if (strcmp(text, "end") && !time_parse(text, &ns))
        argp_error(state, "'%s' is not a time (1500, 1.5us, 20ms, end)", text);
    return ns;
}

/* The word behind an option's first one. */
static const char *second(struct argp_state *state, const char *option)
{
    if (state->next >= state->argc)
        argp_error(state, "%s takes two values", option);
    return state->argv[state->next++];
}

static uint32_t kinds_of(struct argp_state *state, const char *text)
{
    uint32_t bits = 0;

    while (*text) {
        size_t length = strcspn(text, ",");
        unsigned type = 1;
        while (type < VTR_T_COUNT && (strncmp(type_name(type), text, length) ||
                                      type_name(type)[length]))
            type++;
        if (type == VTR_T_COUNT)
            argp_error(state, "no type of object '%.*s'", (int)length, text);
        bits |= 1u << type;
        text += length + (text[length] == ',');
    }
    return bits;
}

/* The options with times, names and files. */
static error_t parse_value(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case 'o':
        o->output = arg;
        return 0;
    case KEY_AT:
        o->peak = false;
        o->at = time_of(state, arg);
        return 0;
    case KEY_DIFF:
        o->diff = true;
        o->diff_from = time_of(state, arg);
        o->diff_until = time_of(state, second(state, "--diff"));
        return 0;
    case KEY_REACH:
        o->reach_from = arg;
        o->reach_to = second(state, "--reach");
        return 0;
    case KEY_ORIGIN:
        o->origin = arg;
        return 0;
    case KEY_CHECK:
        o->check = arg;
        return 0;
    case KEY_PROGRAMS:
        o->programs = arg;
        return 0;
    case KEY_FOCUS:
        o->focus = arg;
        return 0;
    case KEY_KINDS:
        o->kinds |= kinds_of(state, arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_ALL:
        o->all = true;
        return 0;
    case KEY_FOLD:
        o->fold = true;
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
        return parse_value(key, arg, state);
    }
}

const char *options_format(const char *output)
{
    static const char *const endings[] = {"svg", "png", "dot", "json", "cdl"};
    const char *dot = output ? strrchr(output, '.') : NULL;

    if (!output || !strcmp(output, "-"))
        return "dot";
    for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++)
        if (!strcmp(dot + 1, endings[i]))
            return endings[i];
    die(EXIT_BAD_USAGE,
        "%s: the graph's file ends in .svg, .png, .dot, .json or .cdl", output);
}

bool options_is_question(const struct options *o)
{
    return o->verify || o->reach_from || o->check || o->origin || o->diff;
}

void options_read(struct options *o, int argc, char **argv)
{
    static const struct argp argp = {
        option_table,
        parse,
        "FILE",
        "Draws who holds which capability, as replayed from a trace, and "
        "answers questions about it."
        "\vExit codes: 0; 1 --verify found differences, --check a broken "
        "rule, --reach and --origin nothing; 103 bad usage; 105 damaged trace "
        "and nothing readable (or --strict).",
        NULL,
        NULL,
        NULL};

    *o = (struct options){.at = ~0ull, .peak = true};
    argp_err_exit_status = EXIT_BAD_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, o);
    options_format(o->output);
}
