/*
 * Taking a command line apart (see parse.h).
 */
#include "parse.h"
#include <stddef.h>
#include <string.h>

/* Where reading and writing are. */
struct place {
    const char *from;
    char *to, *end;
};

static bool is_mark(char c)
{
    return c == '|' || c == '<' || c == '>' || c == '&' || c == ';';
}

static void skip_spaces(struct place *p)
{
    p->from += strspn(p->from, " \t");
    if (*p->from == '#')
        p->from += strlen(p->from);
}

/* The next word; NULL with *ret_wrong: there is none, or it is broken. */
static char *word(struct place *p, const char **ret_wrong)
{
    char *start = p->to, quote = 0;
    skip_spaces(p);
    if (!*p->from || is_mark(*p->from)) {
        *ret_wrong = "a word is missing";
        return NULL;
    }
    for (; *p->from; p->from++) {
        char c = *p->from;
        if (!quote && (c == ' ' || c == '\t' || is_mark(c)))
            break;
        if (c == quote) {
            quote = 0;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else {
            if (c == '\\' && quote != '\'' && p->from[1])
                c = *++p->from;
            if (p->to < p->end)
                *p->to++ = c;
        }
    }
    if (quote || p->to == p->end) {
        *ret_wrong = quote ? "a quotation has no end" : "the line is too long";
        return NULL;
    }
    *p->to++ = 0;
    return start;
}

/* What a mark asks for; NULL, or what is wrong. */
static const char *mark(struct place *p, struct command *c)
{
    const char *wrong = NULL;
    char m = *p->from++;
    if (m == '&') {
        c->in_background = true;
        skip_spaces(p);
        return *p->from && *p->from != ';' ? "& must be the last" : NULL;
    }
    if (m == '|') {
        if (!c->stage[c->stages - 1].argc || c->output)
            return "| wants a command before it";
        if (c->stages == PARSE_STAGES)
            return "too many commands in a line";
        c->stages++;
        return NULL;
    }
    if (m == '>' && *p->from == '>') {
        p->from++;
        c->appends = true;
    }
    const char *file = word(p, &wrong);
    if (m == '<')
        c->input = file;
    else
        c->output = file;
    return wrong;
}

/* Words and marks up to the command's end. */
static const char *parts(struct place *p, struct command *c)
{
    const char *wrong = NULL;
    for (skip_spaces(p); *p->from && *p->from != ';' && !wrong;
         skip_spaces(p)) {
        struct stage *s = &c->stage[c->stages - 1];
        if (is_mark(*p->from)) {
            wrong = mark(p, c);
            continue;
        }
        if (s->argc == PARSE_WORDS)
            return "too many words";
        s->argv[s->argc] = word(p, &wrong);
        s->argc += !wrong;
    }
    return wrong;
}

const char *parse(const char **inout_line, struct command *c)
{
    struct place p = {*inout_line, c->bytes, c->bytes + sizeof c->bytes - 1};
    memset(c, 0, offsetof(struct command, bytes));
    c->stages = 1;
    const char *wrong = parts(&p, c);
    *inout_line = p.from + (*p.from == ';');
    if (wrong)
        return wrong;
    if (!c->stage[c->stages - 1].argc) {
        if (c->stages > 1 || c->input || c->output || c->in_background)
            return "a command is missing";
        c->stages = 0;
    }
    return NULL;
}
