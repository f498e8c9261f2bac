/*
 * Commands put together (see script.h): one function for each rule.
 *
 *      item     := chain [& ; newline]
 *      chain    := command {(&& | ||) command}
 *      command  := [!] (if ... fi | while ... done | for ... done | pipeline)
 *      list     := {item} up to a word that ends it
 *
 * Each part is led to from where it was asked for, and from nowhere else (I1).
 */
#include "script.h"
#include <stdbool.h>
#include <string.h>

const char script_more[] = "there is no end";

struct reader {
    const char *at;
    struct script *script;
    const char *wrong;
    unsigned depth;
};

static unsigned command(struct reader *r);

static void fail(struct reader *r, const char *why)
{
    if (!r->wrong)
        r->wrong = why;
}

static unsigned node(struct reader *r, enum node_kind kind)
{
    if (r->script->count == SCRIPT_NODES) {
        fail(r, "too many commands");
        return SCRIPT_NONE;
    }
    r->script->nodes[r->script->count] = (struct node){.kind = kind};
    return r->script->count++;
}

/* --- words that mean something where a command begins */

static void skip_spaces(struct reader *r, bool lines)
{
    for (;;) {
        r->at += strspn(r->at, lines ? " \t\r\n;" : " \t\r");
        if (*r->at != '#')
            return;
        r->at += strcspn(r->at, "\n");
    }
}

/* Does this word stand here? */
static bool is_here(const struct reader *r, const char *word)
{
    size_t n = strlen(word);
    return !strncmp(r->at, word, n) &&
           (!r->at[n] || strchr(" \t\r\n;", r->at[n]));
}

static bool take(struct reader *r, const char *word)
{
    if (r->wrong || !is_here(r, word))
        return false;
    r->at += strlen(word);
    return true;
}

static void want(struct reader *r, const char *word, const char *missing)
{
    if (!take(r, word))
        fail(r, *r->at ? missing : script_more);
}

static bool is_end(const struct reader *r)
{
    static const char *const ends[] = {"then", "elif", "else",
                                       "fi",   "do",   "done"};
    for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (is_here(r, ends[i]))
            return true;
    return false;
}

/* --- pipelines */

/* Behind what stands here: a quotation as a whole, or a character. One that is
 * open at the line's end is parse()'s to refuse. */
static const char *behind(const char *at)
{
    char quote = *at;
    if (quote == '\\' && at[1])
        return at + 2;
    if (quote != '"' && quote != '\'')
        return at + 1;
    for (at++; *at && *at != quote && *at != '\n'; at++)
        if (*at == '\\' && quote == '"' && at[1])
            at++;
    return at + (*at == quote);
}

/* The text up to what ends a pipeline: & belongs to it. */
static void take_text(struct reader *r, struct node *n)
{
    const char *at = r->at;
    bool in_word = false;
    n->text = at;
    while (*at && *at != ';' && *at != '\n' && !(*at == '#' && !in_word) &&
           strncmp(at, "&&", 2) && strncmp(at, "||", 2)) {
        in_word = !strchr(" \t\r", *at);
        if (*at++ == '&')
            break;
        at = behind(at - 1);
    }
    n->length = (size_t)(at - n->text);
    r->at = at;
}

static unsigned pipeline(struct reader *r)
{
    unsigned n = node(r, NODE_PIPELINE);
    take_text(r, &r->script->nodes[n]);
    if (!r->script->nodes[n].length)
        fail(r, "a command is missing");
    return n;
}

/* --- what holds others */

/* a && b: what stands so far moves to a new place below the operator's node,
 * which takes its number. */
static unsigned push_down(struct reader *r, unsigned top, enum node_kind kind)
{
    unsigned moved = node(r, kind);
    struct node *nodes = r->script->nodes;
    if (r->wrong)
        return SCRIPT_NONE;
    nodes[moved] = nodes[top];
    nodes[top] = (struct node){.kind = kind, .a = moved};
    return moved;
}

static unsigned chain(struct reader *r)
{
    unsigned top = command(r);
    for (skip_spaces(r, false); !r->wrong; skip_spaces(r, false)) {
        bool is_and = !strncmp(r->at, "&&", 2);
        if (!is_and && strncmp(r->at, "||", 2))
            break;
        r->at += 2;
        push_down(r, top, is_and ? NODE_AND : NODE_OR);
        skip_spaces(r, true);
        if (!*r->at)
            fail(r, script_more);
        unsigned right = command(r);
        r->script->nodes[top].b = right;
    }
    return top;
}

/* Items up to a word that ends them, which is not taken. */
static unsigned list(struct reader *r)
{
    unsigned first = SCRIPT_NONE, last = SCRIPT_NONE;
    for (skip_spaces(r, true); *r->at && !is_end(r) && !r->wrong;
         skip_spaces(r, true)) {
        unsigned n = node(r, NODE_LIST);
        unsigned item = chain(r);
        r->script->nodes[n].a = item;
        if (first == SCRIPT_NONE)
            first = n;
        else
            r->script->nodes[last].b = n;
        last = n;
    }
    if (first == SCRIPT_NONE)
        fail(r, *r->at ? "a command is missing" : script_more);
    return first;
}

/* Behind `if` or `elif`. */
static void branches(struct reader *r, unsigned n)
{
    unsigned part = list(r);
    r->script->nodes[n].a = part;
    want(r, "then", "if wants a then");
    part = list(r);
    r->script->nodes[n].b = part;
    if (take(r, "elif")) {
        part = node(r, NODE_IF);
        r->script->nodes[n].c = part;
        if (++r->depth > SCRIPT_DEPTH)
            fail(r, "too many commands in one another");
        if (!r->wrong)
            branches(r, part);
        r->depth--;
        return;
    }
    if (take(r, "else")) {
        part = list(r);
        r->script->nodes[n].c = part;
    }
    want(r, "fi", "if wants a fi");
}

static void body(struct reader *r, unsigned n)
{
    skip_spaces(r, true);
    want(r, "do", "a loop wants a do");
    unsigned part = r->wrong ? SCRIPT_NONE : list(r);
    r->script->nodes[n].b = part;
    want(r, "done", "a loop wants a done");
}

static unsigned loop(struct reader *r, enum node_kind kind)
{
    unsigned n = node(r, kind);
    if (kind == NODE_FOR) {
        skip_spaces(r, false);
        take_text(r, &r->script->nodes[n]);
    } else {
        unsigned part = list(r);
        r->script->nodes[n].a = part;
    }
    if (!r->wrong)
        body(r, n);
    return n;
}

static unsigned compound(struct reader *r)
{
    if (take(r, "if")) {
        unsigned n = node(r, NODE_IF);
        if (!r->wrong)
            branches(r, n);
        return n;
    }
    if (take(r, "while"))
        return loop(r, NODE_WHILE);
    if (take(r, "for"))
        return loop(r, NODE_FOR);
    if (is_end(r)) {
        fail(r, "this word ends what has not begun");
        return SCRIPT_NONE;
    }
    return pipeline(r);
}

static unsigned command(struct reader *r)
{
    unsigned n;
    if (++r->depth > SCRIPT_DEPTH)
        fail(r, "too many commands in one another");
    skip_spaces(r, false);
    if (r->wrong) {
        n = SCRIPT_NONE;
    } else if (take(r, "!")) {
        n = node(r, NODE_NOT);
        unsigned part = command(r);
        r->script->nodes[n].a = part;
    } else {
        n = compound(r);
    }
    r->depth--;
    return n;
}

const char *script_next(const char **inout_text, struct script *ret_script)
{
    struct reader r = {.at = *inout_text, .script = ret_script};
    ret_script->count = 0;
    skip_spaces(&r, true);
    if (*r.at)
        chain(&r);
    if (r.wrong && r.wrong != script_more)
        r.at += strcspn(r.at, "\n");
    *inout_text = r.at;
    return r.wrong;
}
