/*
 * The table of interfaces.h, read as it comes: how deep one is says what a
 * name belongs to.
 *
 *      { "interfaces": [                                      depth 1
 *        { "name": "echo", "protocol": 17152, "methods": [          2
 *          { "name": "say", "number": 0, "in": [                    3
 *            { "kind": "text", "name": "what" } ], ...              4
 */
#include "interfaces.h"
#include "util.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INTERFACE = 2, METHOD = 3, ARGUMENT = 4 };

static struct method *methods;
static size_t count, room;

struct table {
    const char *at;
    unsigned depth;
    bool in; /* arguments of a request, not of an answer */
    char key[INTERFACE_NAME], interface[INTERFACE_NAME];
    int64_t protocol;
};

/* The string at t->at (a quote) into `to`. */
static void take_string(struct table *t, char *to)
{
    size_t size = 0;

    memset(to, 0, INTERFACE_NAME);
    for (t->at++; *t->at && *t->at != '"'; t->at++) {
        if (*t->at == '\\' && t->at[1])
            t->at++;
        if (size + 1 < INTERFACE_NAME)
            to[size++] = isprint((unsigned char)*t->at) ? *t->at : '?';
    }
    t->at += *t->at == '"';
}

static void enter(struct table *t)
{
    if (++t->depth != METHOD)
        return;
    array_need_room(methods, count, room);
    methods[count] = (struct method){.protocol = t->protocol};
    memcpy(methods[count++].interface, t->interface, INTERFACE_NAME);
}

static enum argument_kind argument_kind(const char *text)
{
    return !strcmp(text, "word")    ? ARGUMENT_WORD
           : !strcmp(text, "int")   ? ARGUMENT_INT
           : !strcmp(text, "text")  ? ARGUMENT_TEXT
           : !strcmp(text, "bytes") ? ARGUMENT_BYTES
                                    : ARGUMENT_ITEM;
}

static void on_text(struct table *t, const char *text)
{
    struct method *m = count ? &methods[count - 1] : NULL;
    bool is_name = !strcmp(t->key, "name");

    if (t->depth == INTERFACE && is_name) {
        memcpy(t->interface, text, INTERFACE_NAME);
    } else if (t->depth == METHOD && m && is_name) {
        memcpy(m->name, text, INTERFACE_NAME);
    } else if (t->depth == ARGUMENT && m && t->in && !strcmp(t->key, "kind")) {
        if (m->arguments < METHOD_ARGUMENTS)
            m->kind[m->arguments] = argument_kind(text);
        m->arguments++;
    }
}

static void on_number(struct table *t, int64_t value)
{
    if (t->depth == INTERFACE && !strcmp(t->key, "protocol"))
        t->protocol = value;
    else if (t->depth == METHOD && count && !strcmp(t->key, "number"))
        methods[count - 1].number = (uint32_t)value;
}

/* A string: a key if a colon is behind. */
static void on_string(struct table *t)
{
    char text[INTERFACE_NAME];

    take_string(t, text);
    t->at += strspn(t->at, " \t\r\n");
    if (*t->at != ':') {
        on_text(t, text);
        return;
    }
    memcpy(t->key, text, INTERFACE_NAME);
    if (t->depth == METHOD)
        t->in = !strcmp(text, "in");
}

static void read_table(const char *text)
{
    struct table t = {.at = text};
    char *end;

    while (*t.at) {
        if (*t.at == '"') {
            on_string(&t);
        } else if (*t.at == '-' || isdigit((unsigned char)*t.at)) {
            int64_t value = strtoll(t.at, &end, 10);
            t.at = end > t.at ? end : t.at + 1;
            on_number(&t, value);
        } else {
            if (*t.at == '{')
                enter(&t);
            else if (*t.at == '}' && t.depth)
                t.depth--;
            t.at++;
        }
    }
}

void interfaces_load(const char *path)
{
    FILE *f = path ? fopen(path, "rb") : NULL;
    char *text = NULL, block[4096];
    size_t size = 0, got;

    while (f && (got = fread(block, 1, sizeof(block), f))) {
        text = xrealloc(text, size + got + 1, 1);
        memcpy(text + size, block, got);
        size += got;
    }
    if (f)
        fclose(f);
    if (text) {
        text[size] = 0;
        read_table(text);
    }
    free(text);
}

const struct method *interfaces_find(int64_t protocol, uint64_t number)
{
    for (size_t i = 0; i < count; i++)
        if (methods[i].protocol == protocol && methods[i].number == number)
            return &methods[i];
    return NULL;
}
