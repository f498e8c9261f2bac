/*
 * Taking a command line apart (see parse.h).
 */
#include "parse.h"
#include "glob.h"
#include "vars.h"
#include <stddef.h>
#include <string.h>

/* Where reading and writing are. */
struct place {
    const char *from, *from_end;
    char *to, *end;
};

/* 0: the text has ended. */
static char here(const struct place *p)
{
    return p->from < p->from_end ? *p->from : 0;
}

static bool is_mark(char c)
{
    return c == '|' || c == '<' || c == '>' || c == '&' || c == ';';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_spaces(struct place *p)
{
    while (is_space(here(p)))
        p->from++;
    if (here(p) == '#')
        p->from = p->from_end;
}

static void put(struct place *p, char c)
{
    if (p->to < p->end)
        *p->to++ = c;
}

/* What stands behind a $: a variable's value, or no name. */
static void variable(struct place *p)
{
    char text[VARS_NAME + 2] = "", *name = text;
    size_t left = (size_t)(p->from_end - p->from);
    memcpy(text, p->from, left < sizeof text - 1 ? left : sizeof text - 1);
    bool has_brace = *text == '{';
    name += has_brace;
    size_t n = vars_name(name);
    if (!n || n >= VARS_NAME || (has_brace && name[n] != '}')) {
        put(p, '$');
        return;
    }
    p->from += n + 2 * has_brace;
    name[n] = 0;
    for (const char *value = vars_get(name); *value; value++)
        put(p, *value);
}

/* One character of a word; *quote: in which quotation marks it is. */
static void character(struct place *p, char *quote)
{
    char c = *p->from++;
    if (c == *quote) {
        *quote = 0;
    } else if (!*quote && (c == '"' || c == '\'')) {
        *quote = c;
    } else if (c == '$' && *quote != '\'') {
        variable(p);
    } else if (!*quote && (c == '*' || c == '?')) {
        put(p, c == '*' ? GLOB_MANY : GLOB_ONE);
    } else {
        if (c == '\\' && *quote != '\'' && here(p))
            c = *p->from++;
        put(p, c);
    }
}

/* The next word; NULL with *ret_wrong: there is none, or it is broken. */
static char *word(struct place *p, const char **ret_wrong)
{
    char *start = p->to, quote = 0;
    skip_spaces(p);
    if (!here(p) || is_mark(here(p))) {
        *ret_wrong = "a word is missing";
        return NULL;
    }
    while (here(p) && (quote || (!is_space(here(p)) && !is_mark(here(p)))))
        character(p, &quote);
    if (quote || p->to == p->end) {
        *ret_wrong = quote ? "a quotation has no end" : "the line is too long";
        return NULL;
    }
    *p->to++ = 0;
    return start;
}

/* The file a redirection names. */
static const char *file_word(struct place *p, const char **ret_wrong)
{
    char *file = word(p, ret_wrong);
    if (file)
        glob_undo(file);
    return file;
}

/* The next word of a stage, or the files it stands for. */
static const char *words(struct place *p, struct stage *s)
{
    static char files[GLOB_MAX][GLOB_PATH];
    const char *wrong = NULL;
    char *first = word(p, &wrong);
    if (!first)
        return wrong;
    unsigned n = glob_is_pattern(first) ? glob_files(first, files) : 0;
    glob_undo(first);
    if (s->argc + (n ? (int)n : 1) > PARSE_WORDS)
        return "too many words";
    if (!n)
        s->argv[s->argc++] = first;
    for (unsigned i = 0; i < n; i++) {
        size_t size = strlen(files[i]) + 1;
        if (size > (size_t)(p->end - p->to))
            return "the line is too long";
        s->argv[s->argc++] = memcpy(p->to, files[i], size);
        p->to += size;
    }
    return NULL;
}

/* What a mark asks for; NULL, or what is wrong. */
static const char *mark(struct place *p, struct command *c)
{
    const char *wrong = NULL;
    char m = *p->from++;
    if (m == '&') {
        c->in_background = true;
        skip_spaces(p);
        return here(p) ? "& must be the last" : NULL;
    }
    if (m == '|') {
        if (!c->stage[c->stages - 1].argc || c->output)
            return "| wants a command before it";
        if (c->stages == PARSE_STAGES)
            return "too many commands in a line";
        c->stages++;
        return NULL;
    }
    if (m == '>' && here(p) == '>') {
        p->from++;
        c->appends = true;
    }
    const char *file = file_word(p, &wrong);
    if (m == '<')
        c->input = file;
    else
        c->output = file;
    return wrong;
}

/* Words and marks up to the end. */
static const char *parts(struct place *p, struct command *c)
{
    const char *wrong = NULL;
    for (skip_spaces(p); here(p) && !wrong; skip_spaces(p)) {
        if (here(p) == ';')
            return "a ; is at no command's end";
        wrong =
            is_mark(here(p)) ? mark(p, c) : words(p, &c->stage[c->stages - 1]);
    }
    return wrong;
}

const char *parse(const char *text, size_t length, struct command *c)
{
    struct place p = {text, text + length, c->bytes,
                      c->bytes + sizeof c->bytes - 1};
    memset(c, 0, offsetof(struct command, bytes));
    c->stages = 1;
    const char *wrong = parts(&p, c);
    if (wrong)
        return wrong;
    if (!c->stage[c->stages - 1].argc) {
        if (c->stages > 1 || c->input || c->output || c->in_background)
            return "a command is missing";
        c->stages = 0;
    }
    return NULL;
}
