/*
 * vitrine-bench: the figures of this machine, now, as a table or as JSON.
 * Exit code 1 if one does not hold what was promised.
 */
#include "rows.h"
#include "util.h"

#include <argp.h>
#include <string.h>

struct options {
    struct bench bench;
    const char *only;
    bool json;
};

enum { KEY_ROOT = 256, KEY_BUILD, KEY_JSON, KEY_ONLY };

static const struct argp_option option_table[] = {
    {"json", KEY_JSON, NULL, 0, "an array of objects, not a table", 0},
    {"only", KEY_ONLY, "NAME", 0, "this row only", 0},
    {"root", KEY_ROOT, "DIR", 0, "the checkout", 0},
    {"build", KEY_BUILD, "DIR", 0, "the build folder", 0},
    {0}};

static bool known(const char *name)
{
    for (size_t i = 0; i < row_count; i++)
        if (!strcmp(rows[i].name, name))
            return true;
    return false;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_JSON:
        o->json = true;
        return 0;
    case KEY_ONLY:
        if (!known(arg))
            argp_error(state, "there is no row '%s'", arg);
        o->only = arg;
        return 0;
    case KEY_ROOT:
        o->bench.root = arg;
        return 0;
    case KEY_BUILD:
        o->bench.build = arg;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected '%s'", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void number(const char *name, double value, bool there)
{
    if (there)
        printf(", \"%s\": %.4g", name, value);
    else
        printf(", \"%s\": null", name);
}

static void print_json(const struct row *r, bool first)
{
    printf("%s\n  {\"name\": \"%s\", \"unit\": \"%s\"", first ? "" : ",",
           r->name, r->unit);
    number("value", r->value, r->measured);
    number("floor", r->floor, r->measured);
    number("ratio", r->measured && r->floor ? r->value / r->floor : 0,
           r->measured && r->floor);
    printf(", \"at_least\": %s", r->at_least ? "true" : "false");
    number("target", r->target, r->measured && r->target);
    printf(", \"holds\": %s}", row_holds(r) ? "true" : "false");
}

static void print_row(const struct row *r)
{
    if (!r->measured) {
        printf("%-17s not measured: %s\n", r->name, r->why);
        return;
    }
    printf("%-17s %9.4g %-6s %9.4g %8.3g", r->name, r->value, r->unit, r->floor,
           r->floor ? r->value / r->floor : 0);
    if (r->target)
        printf(" %8.4g  %-5s", r->target, row_holds(r) ? "yes" : "NO");
    else
        printf(" %8s  %-5s", "-", "");
    printf(" %s\n", r->text);
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_table,
        parse,
        "",
        "Measures on this machine, now, each figure beside its floor."
        "\vExit codes: 0; 1 a row does not hold; 103 bad usage.",
        NULL,
        NULL,
        NULL};
    struct options o = {.bench = {".", "build"}};
    bool all_hold = true, first = true;

    argp_err_exit_status = EXIT_BAD_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    if (o.json)
        fputs("[", stdout);
    else
        printf("%-17s %9s %-6s %9s %8s %8s  %s\n", "name", "value", "unit",
               "floor", "ratio", "target", "holds");
    for (size_t i = 0; i < row_count; i++) {
        struct row *r = &rows[i];
        if (o.only && strcmp(r->name, o.only))
            continue;
        r->measured = r->measure(&o.bench, r);
        all_hold &= row_holds(r);
        if (o.json)
            print_json(r, first);
        else
            print_row(r);
        if (o.json && !r->measured)
            complain("%s: %s", r->name, r->why);
        fflush(stdout);
        first = false;
    }
    if (o.json)
        fputs("\n]\n", stdout);
    return all_hold ? 0 : EXIT_DIFFERS;
}
