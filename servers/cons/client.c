/*
 * Clients of the console (see client.h).
 */
#include "client.h"
#include "screen.h"
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <stdio.h>
#include <string.h>

enum {
    KEY_INTERRUPT = 3,
    KEY_EOF = 4,
    KEY_BS = 8,
    KEY_SUSPEND = 26,
    KEY_DEL = 127
};

static struct client *clients; /* I2 */
/* I3; NULL: there is no such memory. */
static struct client_input *kept;
static unsigned kept_max;

/* --- life ------------------------------------------------------------------
 */

static unsigned color_number(const char *name)
{
    static const char *const names[] = {"red",     "green", "yellow", "blue",
                                        "magenta", "cyan",  "white"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(name, names[i]))
            return 31 + i;
    return 0;
}

void client_keep(void *memory, size_t size)
{
    kept = memory;
    kept_max = (unsigned)(size / sizeof *kept);
}

static bool is_sound(const struct client_input *in)
{
    return in->typed_used <= CLIENT_TYPED && in->ready <= in->edited_used &&
           in->edited_used <= CLIENT_EDITED;
}

void client_recall(struct client *c)
{
    for (unsigned i = 0; i < kept_max; i++) {
        struct client_input *in = &kept[i];
        in->name[CLIENT_NAME] = 0;
        if (in->name[0] && strcmp(in->name, c->name))
            continue;
        if (!in->name[0] || !is_sound(in))
            *in = (struct client_input){0};
        memcpy(in->name, c->name, sizeof in->name);
        c->in = in;
        return;
    }
}

void client_init(struct client *c, const struct vcon_kind *kind,
                 const char *name, const char *color)
{
    struct client **at = &clients;
    while (*at)
        at = &(*at)->next;
    *at = c;
    snprintf(c->name, sizeof c->name, "%s", name);
    c->in = &c->own;
    c->color = color_number(color);
    vcon_init(&c->vcon, kind);
    c->vcon.attr = (l4_vcon_attr_t){.i_flags = L4_VCON_ICRNL,
                                    .l_flags = L4_VCON_ICANON | L4_VCON_ECHO};
}

void client_end(struct client *c)
{
    struct client **at = &clients;
    while (*at && *at != c)
        at = &(*at)->next;
    if (*at)
        *at = c->next;
    vcon_end(&c->vcon);
    screen_forget(c);
}

struct client *client_first(void)
{
    return clients;
}

struct client *client_find(const char *name)
{
    struct client *c = clients;
    while (c && strcmp(c->name, name))
        c = c->next;
    return c;
}

/* --- output ----------------------------------------------------------------
 */

static void keep(struct client *c, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        c->buffer[c->written++ % CLIENT_BUFFER] = text[i];
}

/* A piece of one line, up to its end or the text's. */
static void write_piece(struct client *c, const char *text, size_t size)
{
    char stamp[32];
    l4_kernel_clock_t us = l4_kip_clock(l4re_kip());
    if (!c->is_mid_line && c->has_stamps) {
        int n = snprintf(stamp, sizeof stamp, "[%6lu.%06lu] ",
                         (unsigned long)(us / 1000000),
                         (unsigned long)(us % 1000000));
        keep(c, stamp, (size_t)n);
        screen_put(c, stamp, (size_t)n);
    }
    keep(c, text, size);
    screen_put(c, text, size);
    c->is_mid_line = text[size - 1] != '\n';
    c->lines += !c->is_mid_line;
}

void client_write(struct client *c, const char *text, size_t size)
{
    while (size) {
        const char *end = memchr(text, '\n', size);
        size_t part = end ? (size_t)(end + 1 - text) : size;
        write_piece(c, text, part);
        text += part;
        size -= part;
    }
}

void client_lines(const struct client *c,
                  void (*each)(const struct client *c, const char *line,
                               size_t size, void *data),
                  void *data)
{
    char line[256];
    size_t used = 0;
    unsigned long at =
        c->written > CLIENT_BUFFER ? c->written - CLIENT_BUFFER : 0;
    for (; at < c->written; at++) {
        char byte = c->buffer[at % CLIENT_BUFFER];
        if (byte != '\n')
            line[used++] = byte;
        if (byte == '\n' || used == sizeof line) {
            each(c, line, used, data);
            used = 0;
        }
    }
    if (used)
        each(c, line, used, data);
}

/* --- input ------------------------------------------------------------------
 */

unsigned client_room(const struct client *c)
{
    return CLIENT_TYPED - c->in->typed_used;
}

static void typed_drop(struct client *c)
{
    c->in->typed_used--;
    memmove(c->in->typed, c->in->typed + 1, c->in->typed_used);
}

static void echo(struct client *c, const char *text)
{
    if (c->vcon.attr.l_flags & L4_VCON_ECHO)
        client_write(c, text, strlen(text));
}

/* One key of a line being edited; true: the line is complete. */
static bool edit(struct client *c, char key)
{
    if (key == KEY_BS || key == KEY_DEL) {
        if (c->in->edited_used > c->in->ready) {
            c->in->edited_used--;
            echo(c, "\b \b");
        }
        return false;
    }
    if (key == KEY_EOF) {
        bool is_empty = c->in->edited_used == c->in->ready;
        if (is_empty) /* the reader sees this byte: see client_read() */
            c->in->edited[c->in->edited_used++] = KEY_EOF;
        return true;
    }
    if (key != '\n' && c->in->edited_used >= CLIENT_EDITED - 2)
        return false;
    c->in->edited[c->in->edited_used++] = key;
    echo(c, (char[]){key, 0});
    return key == '\n';
}

/* Keys that are signals, when all typed before them has been read. */
static bool is_signal(const struct client *c, char key)
{
    unsigned line = key == KEY_INTERRUPT ? CLIENT_LINE_INTERRUPT
                    : key == KEY_SUSPEND ? CLIENT_LINE_SUSPEND
                                         : CLIENT_LINE_INPUT;
    if (line == CLIENT_LINE_INPUT || l4_is_invalid_cap(c->vcon.lines.irq[line]))
        return false;
    vcon_hit(&c->vcon, line);
    return true;
}

static bool by_lines(const struct client *c)
{
    return c->vcon.attr.l_flags & L4_VCON_ICANON;
}

static char translate(const struct client *c, char key)
{
    return key == '\r' && (c->vcon.attr.i_flags & L4_VCON_ICRNL) ? '\n' : key;
}

static bool is_readable(const struct client *c)
{
    return c->in->ready || (c->in->typed_used && !by_lines(c));
}

static void tell_reader(const struct client *c)
{
    if (is_readable(c))
        vcon_hit(&c->vcon, CLIENT_LINE_INPUT);
}

/* Signals that are due; in line mode, for who waits for a line, the keys. */
static void advance(struct client *c)
{
    while (c->in->typed_used && !c->in->ready) {
        char key = c->in->typed[0];
        if (is_signal(c, key)) {
            typed_drop(c);
            c->in->edited_used = 0;
        } else if (by_lines(c) && c->is_waited_for) {
            typed_drop(c);
            if (edit(c, translate(c, key)))
                c->in->ready = c->in->edited_used;
        } else {
            break; /* it stays there until it is read */
        }
    }
}

void client_type(struct client *c, char key)
{
    /* Nobody reads: a second one acts at once, and drops what was typed. */
    if (key == KEY_INTERRUPT && memchr(c->in->typed, key, c->in->typed_used))
        c->in->typed_used = c->in->ready = c->in->edited_used = 0;
    c->in->typed[c->in->typed_used] = key;
    c->in->typed_used++;
    advance(c);
    tell_reader(c);
}

/* Of a line that is complete. */
static unsigned read_edited(struct client *c, char *to, unsigned size)
{
    unsigned n = c->in->ready < size ? c->in->ready : size;
    memcpy(to, c->in->edited, n);
    memmove(c->in->edited, c->in->edited + n, c->in->edited_used - n);
    c->in->edited_used -= n;
    c->in->ready -= n;
    return n;
}

unsigned client_read(struct client *c, char *to, unsigned size, bool *ret_more)
{
    c->is_waited_for = true;
    advance(c);
    unsigned n = read_edited(c, to, size);
    while (n < size && !by_lines(c) && c->in->typed_used &&
           !is_signal(c, c->in->typed[0])) {
        to[n++] = translate(c, c->in->typed[0]);
        typed_drop(c);
    }
    c->is_waited_for = !n;
    advance(c); /* a signal may be the next */
    *ret_more = n == size && is_readable(c);
    if (n)
        tell_reader(c);
    return n;
}

void client_attributes(struct client *c)
{
    if (!by_lines(c))
        c->in->ready = c->in->edited_used; /* an unfinished line counts now */
    advance(c);
    tell_reader(c);
}

void client_bound(struct client *c)
{
    advance(c);
    tell_reader(c);
}
