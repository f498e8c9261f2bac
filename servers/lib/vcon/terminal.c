/*
 * A terminal (see terminal.h).
 */
#include "terminal.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <string.h>

enum { KEY_EOF = 4, KEY_BS = 8, KEY_DEL = 0x7f };

static struct {
    struct vcon vcon; /* first */
    struct terminal_device device;
    char out[TERMINAL_OUT];
    unsigned long written, sent; /* bytes, all */
    char input[TERMINAL_INPUT];
    unsigned ready, used; /* T1 */
    bool is_missed;       /* an interrupt that may have told of input */
} terminal;

static const struct terminal_device *device(void)
{
    return &terminal.device;
}

/* --- output --------------------------------------------------------------
 */

static void out_send(void)
{
    while (terminal.sent < terminal.written) {
        unsigned long at = terminal.sent % TERMINAL_OUT;
        unsigned long size = terminal.written - terminal.sent;
        if (size > TERMINAL_OUT - at)
            size = TERMINAL_OUT - at;
        size_t n = device()->send(terminal.out + at, size);
        terminal.sent += n;
        if (n < size)
            return;
    }
}

static void listen(bool to_input)
{
    device()->listen(terminal.sent < terminal.written, to_input);
}

/* Sends what fits now, and wants to hear when there is room again. */
static void device_turn(void)
{
    out_send();
    listen(terminal.used < TERMINAL_INPUT);
}

static bool is_full(void)
{
    return terminal.written - terminal.sent == TERMINAL_OUT;
}

/* Waits for the device while there is no room. Keeps T2. */
static void out_byte(char c)
{
    if (is_full())
        device_turn();
    while (is_full()) {
        l4_ipc_receive(device()->irq, l4_utcb(), L4_IPC_NEVER);
        device()->acknowledge();
        terminal.is_missed = true;
        out_send();
        listen(false); /* of input later: echoes would come back here */
        l4_irq_unmask(device()->irq);
    }
    terminal.out[terminal.written++ % TERMINAL_OUT] = c;
}

static void put(char c)
{
    l4_umword_t flags = terminal.vcon.attr.o_flags;
    if (c == '\r' && (flags & L4_VCON_OCRNL))
        c = '\n';
    if (c == '\r' && (flags & L4_VCON_ONLRET))
        return;
    if (c == '\n' && (flags & L4_VCON_ONLCR))
        out_byte('\r');
    out_byte(c);
}

/* --- input ---------------------------------------------------------------
 */

static bool by_lines(void)
{
    return terminal.vcon.attr.l_flags & L4_VCON_ICANON;
}

static void echo(const char *text)
{
    if (terminal.vcon.attr.l_flags & L4_VCON_ECHO)
        while (*text)
            put(*text++);
}

/* False: the byte is dropped. */
static bool translate(char *c)
{
    l4_umword_t flags = terminal.vcon.attr.i_flags;
    if (*c == '\r' && (flags & L4_VCON_IGNCR))
        return false;
    if (*c == '\r' && (flags & L4_VCON_ICRNL))
        *c = '\n';
    else if (*c == '\n' && (flags & L4_VCON_INLCR))
        *c = '\r';
    return true;
}

/* Correction of the line being typed. */
static void erase(void)
{
    if (terminal.used == terminal.ready)
        return;
    terminal.used--;
    echo("\b \b");
}

/* One byte from the device. Keeps T1. */
static void take(char c)
{
    if (!translate(&c))
        return;
    if (by_lines() && (c == KEY_BS || c == KEY_DEL)) {
        erase();
        return;
    }
    bool end = by_lines() && c == KEY_EOF;
    /* The last place is kept for what ends the line. */
    if (by_lines() && !end && c != '\n' && terminal.used == TERMINAL_INPUT - 1)
        return;
    if (!end) {
        echo((char[]){c, 0});
        terminal.input[terminal.used++] = c;
    }
    if (!by_lines() || end || c == '\n')
        terminal.ready = terminal.used;
}

/* Takes what the device has and there is room for. */
static void in_take(void)
{
    unsigned before = terminal.ready;
    int c;
    terminal.is_missed = false;
    while (terminal.used < TERMINAL_INPUT && (c = device()->receive()) >= 0)
        take((char)c);
    if (terminal.ready > before)
        vcon_hit(&terminal.vcon, VCON_LINE_INPUT);
}

/* Keeps T2. */
static void on_interrupt(struct l4re_server *server, struct l4re_irq *irq)
{
    (void)server;
    device()->acknowledge();
    in_take();
    device_turn();
    l4_irq_unmask(irq->cap);
}

/* --- the vcon ------------------------------------------------------------
 */

static void on_write(struct vcon *v, const char *text, size_t size)
{
    (void)v;
    for (size_t i = 0; i < size; i++)
        put(text[i]);
    if (terminal.is_missed)
        in_take();
    device_turn();
}

/* Bytes one read may give: in line mode, of one line. */
static unsigned readable(void)
{
    const char *end = memchr(terminal.input, '\n', terminal.ready);
    return by_lines() && end ? (unsigned)(end + 1 - terminal.input)
                             : terminal.ready;
}

static unsigned on_read(struct vcon *v, char *to, unsigned size, bool *ret_more)
{
    (void)v;
    in_take();
    unsigned there = readable(), n = there < size ? there : size;
    memcpy(to, terminal.input, n);
    memmove(terminal.input, terminal.input + n, terminal.used - n);
    terminal.used -= n;
    terminal.ready -= n;
    *ret_more = there > size;
    in_take(); /* there is room again */
    device_turn();
    return n;
}

static void on_attributes(struct vcon *v)
{
    (void)v;
    if (!by_lines())
        terminal.ready = terminal.used; /* keeps T1: a part of a line counts */
}

/* What was typed before is an edge as well. */
static void on_bound(struct vcon *v)
{
    if (terminal.ready)
        vcon_hit(v, VCON_LINE_INPUT);
}

long terminal_serve(const struct terminal_device *d, const char *gate)
{
    static const struct vcon_kind kind = {
        .lines = 1,
        .write = on_write,
        .read = on_read,
        .attributes = on_attributes,
        .bound = on_bound,
    };
    static const struct l4re_service service = {.interface = &vcon_interface,
                                                .other = vcon_icu};
    static struct l4re_server server;
    static struct l4re_irq irq;
    terminal.device = *d;
    vcon_init(&terminal.vcon, &kind);
    long error = l4re_server_init(&server, L4RE_SERVER_LATER);
    if (error >= 0)
        error = l4re_irq_attach(&server, &irq, d->irq, on_interrupt);
    if (error >= 0)
        error = l4re_server_publish(&server, &terminal.vcon.session, &service,
                                    l4re_env_get_cap(gate));
    if (error < 0)
        return error;
    device_turn();
    l4_irq_unmask(d->irq);
    return l4re_server_run(&server);
}
