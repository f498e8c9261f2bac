/*
 * parse_cmdline(): the options' descriptions are read into a table, defaults
 * are set, then the arguments are gone through. See <l4/util/parse_cmd.h>.
 */
#include <l4/util/parse_cmd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 32, HELP = 1, WRONG = -1, BAD_TABLE = -2 };

struct option {
    char letter; /* ' ': has none */
    const char *name, *help;
    enum parse_cmd_type type;
    int number; /* the default, the value, or the function's number */
    union {
        int *number;
        const char **text;
        parse_cmd_fn_t function;
        parse_cmd_fn_arg_t function_arg;
    } to;
};

struct table {
    struct option options[OPTIONS_MAX];
    int count;
};

/* What follows a type; and the default is set. 0: there is no such type. */
static int read_type(struct option *o, va_list *va)
{
    const char *text;

    switch (o->type) {
    case PARSE_CMD_STRING:
        text = va_arg(*va, const char *);
        o->to.text = va_arg(*va, const char **);
        *o->to.text = text;
        return 1;
    case PARSE_CMD_INT:
    case PARSE_CMD_INC:
    case PARSE_CMD_DEC:
        o->number = va_arg(*va, int);
        o->to.number = va_arg(*va, int *);
        *o->to.number = o->number;
        return 1;
    case PARSE_CMD_SWITCH:
        o->number = va_arg(*va, int);
        o->to.number = va_arg(*va, int *);
        return 1;
    case PARSE_CMD_FN:
        o->number = va_arg(*va, int);
        o->to.function = va_arg(*va, parse_cmd_fn_t);
        return 1;
    case PARSE_CMD_FN_ARG:
        o->number = va_arg(*va, int);
        o->to.function_arg = va_arg(*va, parse_cmd_fn_arg_t);
        return 1;
    }
    return 0;
}

static int read_table(struct table *t, char letter, va_list *va)
{
    for (t->count = 0; letter; letter = (char)va_arg(*va, int)) {
        if (t->count == OPTIONS_MAX)
            return BAD_TABLE;
        struct option *o = &t->options[t->count++];
        o->letter = letter;
        o->name = va_arg(*va, const char *);
        o->help = va_arg(*va, const char *);
        o->type = (enum parse_cmd_type)va_arg(*va, int);
        if (!read_type(o, va))
            return BAD_TABLE;
    }
    return 0;
}

static int takes_argument(const struct option *o)
{
    return o->type == PARSE_CMD_INT || o->type == PARSE_CMD_STRING ||
           o->type == PARSE_CMD_FN_ARG;
}

static const struct option *find_letter(const struct table *t, char letter)
{
    for (int i = 0; i < t->count; i++)
        if (t->options[i].letter == letter && letter != ' ')
            return &t->options[i];
    return NULL;
}

static const struct option *find_name(const struct table *t, const char *name,
                                      size_t length)
{
    for (int i = 0; i < t->count; i++) {
        const char *known = t->options[i].name;
        if (known && !strncmp(known, name, length) && !known[length])
            return &t->options[i];
    }
    return NULL;
}

static int print_help(const struct table *t)
{
    for (int i = 0; i < t->count; i++) {
        const struct option *o = &t->options[i];
        const char *what = takes_argument(o) ? " ARG" : "";
        if (o->letter == ' ')
            printf("     ");
        else
            printf("  -%c%s", o->letter, o->name ? ", " : "");
        printf("%s%s%s\t%s\n", o->name ? "--" : "", o->name ? o->name : "",
               what, o->help ? o->help : "");
    }
    return HELP;
}

/* An option is there, with its argument (NULL: it has none). */
static int apply(const struct option *o, const char *argument)
{
    char *end;
    long n = argument ? strtol(argument, &end, 0) : 0;

    switch (o->type) {
    case PARSE_CMD_INT:
        if (!*argument || *end || n != (int)n) {
            fprintf(stderr, "'%s' is not a number\n", argument);
            return WRONG;
        }
        *o->to.number = (int)n;
        break;
    case PARSE_CMD_SWITCH:
        *o->to.number = o->number;
        break;
    case PARSE_CMD_STRING:
        *o->to.text = argument;
        break;
    case PARSE_CMD_FN:
        o->to.function(o->number);
        break;
    case PARSE_CMD_FN_ARG:
        o->to.function_arg(o->number, argument, (int)n);
        break;
    case PARSE_CMD_INC:
        ++*o->to.number;
        break;
    case PARSE_CMD_DEC:
        --*o->to.number;
        break;
    }
    return 0;
}

/* The arguments that are still to be read. */
struct words {
    const char **next, **end;
};

/* An option whose argument, if it takes one, is `attached` or the next word. */
static int apply_with(const struct option *o, const char *attached,
                      const char *word, struct words *w)
{
    if (takes_argument(o) && !attached) {
        if (w->next == w->end) {
            fprintf(stderr, "%s: an argument is missing\n", word);
            return WRONG;
        }
        attached = *w->next++;
    }
    return apply(o, attached);
}

/* --name, --name=ARGUMENT */
static int long_option(const struct table *t, const char *word, struct words *w)
{
    size_t length = strcspn(word + 2, "=");
    const char *attached = word[2 + length] ? word + 3 + length : NULL;
    const struct option *o = find_name(t, word + 2, length);

    if (!o && !strcmp(word, "--help"))
        return print_help(t);
    if (!o || (attached && !takes_argument(o))) {
        fprintf(stderr, "%s: %s\n", word,
                o ? "it takes no argument" : "there is no such option");
        return WRONG;
    }
    return apply_with(o, attached, word, w);
}

/* -a, -abc, -aARGUMENT */
static int short_options(const struct table *t, const char *word,
                         struct words *w)
{
    for (const char *at = word + 1; *at; at++) {
        const struct option *o = find_letter(t, *at);
        if (!o && *at == 'h')
            return print_help(t);
        if (!o) {
            fprintf(stderr, "-%c: there is no such option\n", *at);
            return WRONG;
        }
        int attached = takes_argument(o) && at[1];
        int error = apply_with(o, attached ? at + 1 : NULL, word, w);
        if (error || attached)
            return error;
    }
    return 0;
}

int parse_cmdlinev(int *argc, const char ***argv, char arg0, va_list va)
{
    struct table t;
    struct words w = {*argv, *argv + *argc};
    va_list list;

    va_copy(list, va);
    int error = read_table(&t, arg0, &list);
    va_end(list);
    if (w.next < w.end)
        w.next++; /* the program's name */
    while (!error && w.next < w.end && (*w.next)[0] == '-' && (*w.next)[1]) {
        const char *word = *w.next++;
        if (!strcmp(word, "--"))
            break;
        error = word[1] == '-' ? long_option(&t, word, &w)
                               : short_options(&t, word, &w);
    }
    *argv = w.next;
    *argc = (int)(w.end - w.next);
    return error;
}

int parse_cmdline(int *argc, const char ***argv, char arg0, ...)
{
    va_list va;

    va_start(va, arg0);
    int result = parse_cmdlinev(argc, argv, arg0, va);
    va_end(va);
    return result;
}
