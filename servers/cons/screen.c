/*
 * The screen (see screen.h).
 */
#include "screen.h"
#include "again.h"
#include "vcon_watch.h"
#include <stdio.h>
#include <string.h>

enum { LINE = 256 };

static l4_cap_idx_t terminal;
static bool is_gone; /* the terminal, for good */
static struct client *connected;
/* What stands in the terminal's last line. */
static char line[LINE];
static unsigned line_used;

/* Lines of clients that are not connected, until they are whole. */
static struct part {
    const struct client *client;
    char text[LINE];
    unsigned used;
} parts[16];

/* How many bytes the terminal has had: of us, for nobody else writes there. */
static unsigned long taken;
static bool is_counted; /* by the terminal, too */

static long ask_taken(unsigned long *ret_taken)
{
    l4_utcb_mr()->mr[0] = VCON_TAKEN_OP;
    long error = l4_error(l4_ipc_call(
        terminal, l4_utcb(), l4_msgtag(L4_PROTO_LOG, 1, 0, 0), L4_IPC_NEVER));
    if (error >= 0)
        *ret_taken = l4_utcb_mr()->mr[0];
    return error;
}

void screen_init(l4_cap_idx_t vcon)
{
    terminal = vcon;
    is_gone = false;
    taken = 0;
    is_counted = ask_taken(&taken) >= 0;
}

/* l4_vcon_write() does not wait for an answer: what is on its way would be lost
 * with the terminal. */
static long write_called(const char *text, size_t size)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    unsigned words = 2 + l4_bytes_to_mwords(size);
    m->mr[words - 1] = 0;
    m->mr[0] = L4_VCON_WRITE_OP;
    m->mr[1] = size;
    memcpy(&m->mr[2], text, size);
    return l4_error(l4_ipc_call(terminal, l4_utcb(),
                                l4_msgtag(L4_PROTO_LOG, words, 0, 0),
                                L4_IPC_NEVER));
}

struct piece {
    const char *text;
    size_t size;
    bool is_again; /* nobody said whether it was taken */
};

static long piece_write(void *what)
{
    struct piece *p = what;
    unsigned long now = 0;
    long error = p->is_again ? ask_taken(&now) : 0;
    if (again_is_ipc_error(error))
        return error;
    if (!p->is_again || now != taken + p->size)
        error = is_counted
                    ? write_called(p->text, p->size)
                    : l4_vcon_write(terminal, p->text, (unsigned)p->size);
    p->is_again = again_is_ipc_error(error);
    if (!p->is_again)
        taken += p->size;
    return error;
}

/* A terminal that has ended is waited for; one that does not come back, not
 * again. */
static void put(const char *text, size_t size)
{
    while (size && !is_gone) {
        size_t n = size < L4_VCON_WRITE_SIZE ? size : L4_VCON_WRITE_SIZE;
        struct piece p = {.text = text, .size = n};
        is_gone = again_until_open(piece_write, &p) < 0;
        text += n;
        size -= n;
    }
}

/* Likewise, and remembers what stands in the last line. */
static void put_line(const char *text, size_t size)
{
    put(text, size);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' || text[i] == '\r')
            line_used = 0;
        else if (line_used < LINE)
            line[line_used++] = text[i];
    }
}

void screen_say(const char *text)
{
    put_line(text, strlen(text));
}

void screen_new_line(void)
{
    if (line_used)
        screen_say("\n");
}

/* A whole line of one that is not connected goes above the last line. */
static void put_above(const struct client *c, const char *text, size_t size)
{
    char head[64];
    int n = c->color ? snprintf(head, sizeof head, "\033[%um%s\033[0m| ",
                                c->color, c->name)
                     : snprintf(head, sizeof head, "%s| ", c->name);
    if (line_used)
        put("\r\033[K", 4);
    put(head, (size_t)n);
    put(text, size);
    put("\n", 1);
    put(line, line_used);
}

static struct part *part_of(const struct client *c)
{
    struct part *empty = NULL;
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].client == c)
            return &parts[i];
        if (!parts[i].client)
            empty = &parts[i];
    }
    return empty;
}

void screen_put(struct client *c, const char *text, size_t size)
{
    if (c == connected) {
        put_line(text, size);
        return;
    }
    if (c->is_hidden)
        return;
    struct part *p = part_of(c);
    if (!p) /* more clients are in the middle of lines than there is room */
        return;
    p->client = c;
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '\n' && text[i] != '\r')
            p->text[p->used++] = text[i];
        if (text[i] == '\n' || p->used == LINE) {
            put_above(c, p->text, p->used);
            p->used = 0;
        }
    }
    if (!p->used)
        p->client = NULL;
}

struct client *screen_connected(void)
{
    return connected;
}

void screen_connect(struct client *c)
{
    struct part *p = part_of(c);
    if (p && p->client == c) {
        p->client = NULL;
        p->used = 0;
    }
    connected = c;
}

void screen_forget(const struct client *c)
{
    struct part *p = part_of(c);
    if (p && p->client == c)
        *p = (struct part){0};
    if (connected == c)
        connected = client_first();
}
