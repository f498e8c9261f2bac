/*
 * The console's own commands: who is there, who is seen, what they wrote.
 *
 * A table of names, what they take, and what they do; `help` is the table.
 */
#include "command.h"
#include "screen.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char typed[128];
static unsigned used;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    char text[400];
    va_list v;
    va_start(v, format);
    vsnprintf(text, sizeof text, format, v);
    va_end(v);
    screen_say(text);
}

/* --- lines of buffers ---------------------------------------------------- */

struct choice {
    const char *pattern; /* NULL: all */
    unsigned long skip;  /* lines not to show */
    bool with_name;
};

static void show_line(const struct client *c, const char *line, size_t size,
                      void *data)
{
    struct choice *choice = data;
    char text[257];
    memcpy(text, line, size);
    text[size] = 0;
    if (choice->skip) {
        choice->skip--;
        return;
    }
    if (choice->pattern && !strstr(text, choice->pattern))
        return;
    say("%s%s%s\n", choice->with_name ? c->name : "",
        choice->with_name ? ": " : "", text);
}

static void count_line(const struct client *c, const char *line, size_t size,
                       void *data)
{
    (void)c, (void)line, (void)size;
    ++*(unsigned long *)data;
}

/* --- commands ---------------------------------------------------------------
 */

static void do_cat(struct client *c, const char *rest)
{
    struct choice all = {0};
    (void)rest;
    client_lines(c, show_line, &all);
}

static void do_tail(struct client *c, const char *rest)
{
    unsigned long lines = 0, wanted = *rest ? strtoul(rest, NULL, 10) : 10;
    client_lines(c, count_line, &lines);
    struct choice last = {.skip = lines > wanted ? lines - wanted : 0};
    client_lines(c, show_line, &last);
}

static void do_clear(struct client *c, const char *rest)
{
    (void)rest;
    c->written = c->lines = 0;
}

static void do_connect(struct client *c, const char *rest)
{
    (void)rest;
    screen_connect(c);
}

static void do_show(struct client *c, const char *rest)
{
    (void)rest;
    c->is_hidden = false;
}

static void do_hide(struct client *c, const char *rest)
{
    (void)rest;
    c->is_hidden = true;
}

static void do_timestamp(struct client *c, const char *rest)
{
    c->has_stamps = *rest ? !strcmp(rest, "on") : !c->has_stamps;
}

static void do_info(struct client *c, const char *rest)
{
    static const char *const names[] = {"black", "red",     "green", "yellow",
                                        "blue",  "magenta", "cyan",  "white"};
    (void)rest;
    say("%s%s: %lu lines, %lu bytes written, colour %s, timestamps %s%s\n",
        c == screen_connected() ? "* " : "  ", c->name, c->lines, c->written,
        c->color ? names[c->color - 30] : "none", c->has_stamps ? "on" : "off",
        c->is_hidden ? ", hidden" : "");
}

static void do_list(struct client *c, const char *rest)
{
    (void)c, (void)rest;
    for (struct client *i = client_first(); i; i = i->next)
        do_info(i, "");
}

static void do_grep(struct client *c, const char *rest)
{
    struct choice found = {.pattern = rest, .with_name = true};
    (void)c;
    for (struct client *i = client_first(); i; i = i->next)
        client_lines(i, show_line, &found);
}

static void do_help(struct client *c, const char *rest);

enum taken { NOTHING, CLIENT, CLIENTS, TEXT };

static const struct command {
    const char *name;
    enum taken takes; /* CLIENTS: one, or "all" */
    const char *usage, *what;
    void (*run)(struct client *c, const char *rest);
} commands[] = {
    {"cat", CLIENT, "NAME", "what it wrote", do_cat},
    {"clear", CLIENTS, "NAME|all", "forget what it wrote", do_clear},
    {"connect", CLIENT, "NAME", "keys go to it", do_connect},
    {"grep", TEXT, "TEXT", "lines of all with this text", do_grep},
    {"help", NOTHING, "", "this", do_help},
    {"hide", CLIENTS, "NAME|all", "its lines are kept, not shown", do_hide},
    {"info", CLIENT, "NAME", "about one", do_info},
    {"list", NOTHING, "", "who is there; * has the keys", do_list},
    {"show", CLIENTS, "NAME|all", "its lines are shown", do_show},
    {"tail", CLIENT, "NAME [N]", "its last N (10) lines", do_tail},
    {"timestamp", CLIENTS, "NAME|all [on|off]", "times before its lines",
     do_timestamp},
};

static void do_help(struct client *c, const char *rest)
{
    (void)c, (void)rest;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        say("  %-10s %-18s %s\n", commands[i].name, commands[i].usage,
            commands[i].what);
}

/* The next word of *inout_rest, ended by a zero. */
static char *word(char **inout_rest)
{
    char *start = *inout_rest + strspn(*inout_rest, " ");
    char *end = start + strcspn(start, " ");
    *inout_rest = end + strspn(end, " ");
    if (end != *inout_rest)
        *end = 0;
    return start;
}

static void run_for_clients(const struct command *what, char *rest)
{
    const char *name = word(&rest);
    struct client *c = client_find(name);
    if (what->takes == CLIENTS && !strcmp(name, "all"))
        for (struct client *i = client_first(); i; i = i->next)
            what->run(i, rest);
    else if (c)
        what->run(c, rest);
    else
        say("%s: nobody is called '%s' (try: list)\n", what->name, name);
}

static void run(char *rest)
{
    const char *name = word(&rest);
    if (!*name)
        return;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *what = &commands[i];
        if (strcmp(what->name, name))
            continue;
        if (what->takes == NOTHING || what->takes == TEXT)
            what->run(NULL, rest);
        else
            run_for_clients(what, rest);
        return;
    }
    say("%s: there is no such command (try: help)\n", name);
}

/* --- typing it ---------------------------------------------------------------
 */

void command_begin(void)
{
    used = 0;
    screen_new_line();
    screen_say("cons> ");
}

bool command_key(char key)
{
    enum { KEY_INTERRUPT = 3, KEY_BS = 8, KEY_DEL = 127 };
    if (key == KEY_INTERRUPT || key == '\r' || key == '\n') {
        screen_say("\n");
        typed[used] = 0;
        if (key != KEY_INTERRUPT)
            run(typed);
        return true;
    }
    if (key == KEY_BS || key == KEY_DEL) {
        if (used) {
            used--;
            screen_say("\b \b");
        }
    } else if (key >= ' ' && used < sizeof typed - 1) {
        typed[used++] = key;
        screen_say((char[]){key, 0});
    }
    return false;
}
