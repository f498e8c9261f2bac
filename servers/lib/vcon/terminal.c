/*
 * A terminal (see terminal.h).
 */
#include "terminal.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/rm.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <string.h>

enum { KEY_EOF = 4, KEY_BS = 8, KEY_DEL = 0x7f };

/* How far output is: bytes, all. */
struct output {
    unsigned long written; /* into the ring */
    unsigned long taken;   /* of clients' requests */
};

/* What the next driver goes on with (T3). */
struct kept {
    struct output output[2];
    unsigned current;   /* which of them counts */
    unsigned long sent; /* bytes, all */
    char out[TERMINAL_OUT];
    char input[TERMINAL_INPUT];
    unsigned ready, used; /* T1 */
    l4_vcon_attr_t attr;
};

static struct {
    struct vcon vcon; /* first */
    struct terminal_device device;
    unsigned long written; /* with what does not count yet */
    bool is_missed;        /* an interrupt that may have told of input */
} terminal;
static struct kept own, *kept = &own;

static const struct terminal_device *device(void)
{
    return &terminal.device;
}

/* --- output --------------------------------------------------------------
 */

static struct output *output(void)
{
    return &kept->output[kept->current];
}

/* What was put into the ring counts from now on, and so many bytes of requests:
 * one store. Keeps T3. */
static void commit(size_t taken)
{
    unsigned next = !kept->current;
    kept->output[next] =
        (struct output){terminal.written, output()->taken + taken};
    __atomic_store_n(&kept->current, next, __ATOMIC_RELEASE);
}

static void out_send(void)
{
    while (kept->sent < output()->written) {
        unsigned long at = kept->sent % TERMINAL_OUT;
        unsigned long size = output()->written - kept->sent;
        if (size > TERMINAL_OUT - at)
            size = TERMINAL_OUT - at;
        size_t n = device()->send(kept->out + at, size);
        kept->sent += n;
        if (n < size)
            return;
    }
}

static void listen(bool to_input)
{
    device()->listen(kept->sent < output()->written, to_input);
}

/* Sends what fits now, and wants to hear when there is room again. */
static void device_turn(void)
{
    out_send();
    listen(kept->used < TERMINAL_INPUT);
}

static bool has_room(size_t size)
{
    return terminal.written - kept->sent + size <= TERMINAL_OUT;
}

/* Waits for the device until there is room. Keeps T2. */
static void out_room(size_t size)
{
    if (!has_room(size))
        device_turn();
    while (!has_room(size)) {
        l4_ipc_receive(device()->irq, l4_utcb(), L4_IPC_NEVER);
        device()->acknowledge();
        terminal.is_missed = true;
        out_send();
        listen(false); /* of input later: echoes would come back here */
        l4_irq_unmask(device()->irq);
    }
}

static void out_byte(char c)
{
    kept->out[terminal.written++ % TERMINAL_OUT] = c;
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
    if (!(terminal.vcon.attr.l_flags & L4_VCON_ECHO))
        return;
    out_room(2 * strlen(text));
    while (*text)
        put(*text++);
    commit(0);
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
    if (kept->used == kept->ready)
        return;
    kept->used--;
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
    if (by_lines() && !end && c != '\n' && kept->used == TERMINAL_INPUT - 1)
        return;
    if (!end) {
        kept->input[kept->used] = c;
        kept->used++;
        echo((char[]){c, 0});
    }
    if (!by_lines() || end || c == '\n')
        kept->ready = kept->used;
}

/* Takes what the device has and there is room for. */
static void in_take(void)
{
    unsigned before = kept->ready;
    int c;
    terminal.is_missed = false;
    while (kept->used < TERMINAL_INPUT && (c = device()->receive()) >= 0)
        take((char)c);
    if (kept->ready > before)
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
    out_room(2 * size);
    for (size_t i = 0; i < size; i++)
        put(text[i]);
    commit(size);
    if (terminal.is_missed)
        in_take();
    device_turn();
}

/* Bytes one read may give: in line mode, of one line. */
static unsigned readable(void)
{
    const char *end = memchr(kept->input, '\n', kept->ready);
    return by_lines() && end ? (unsigned)(end + 1 - kept->input) : kept->ready;
}

static unsigned on_read(struct vcon *v, char *to, unsigned size, bool *ret_more)
{
    (void)v;
    in_take();
    unsigned there = readable(), n = there < size ? there : size;
    memcpy(to, kept->input, n);
    memmove(kept->input, kept->input + n, kept->used - n);
    kept->used -= n;
    kept->ready -= n;
    *ret_more = there > size;
    in_take(); /* there is room again */
    device_turn();
    return n;
}

static void on_attributes(struct vcon *v)
{
    kept->attr = v->attr;
    if (!by_lines())
        kept->ready = kept->used; /* keeps T1: a part of a line counts */
}

/* What was typed before is an edge as well. */
static void on_bound(struct vcon *v)
{
    if (kept->ready)
        vcon_hit(v, VCON_LINE_INPUT);
}

static unsigned long on_taken(struct vcon *v)
{
    (void)v;
    return output()->taken;
}

/* The memory that outlives this driver, if there is some. */
static long kept_attach(void)
{
    void *at = NULL;
    l4_cap_idx_t memory = l4re_env_get_cap("kept");
    if (l4_is_invalid_cap(memory))
        return 0;
    if (l4re_ds_size(memory) < sizeof *kept)
        return -L4_ERANGE;
    long error =
        l4re_rm_attach(&at, sizeof *kept, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                       memory, 0, L4_PAGESHIFT);
    if (error < 0)
        return error;
    kept = at;
    kept->current &= 1;
    terminal.written = output()->written;
    terminal.vcon.attr = kept->attr;
    bool is_sound = terminal.written - kept->sent <= TERMINAL_OUT &&
                    kept->ready <= kept->used && kept->used <= TERMINAL_INPUT;
    return is_sound ? 0 : -L4_EINVAL;
}

long terminal_serve(const struct terminal_device *d, const char *gate)
{
    static const struct vcon_kind kind = {
        .lines = 1,
        .write = on_write,
        .read = on_read,
        .attributes = on_attributes,
        .bound = on_bound,
        .taken = on_taken,
    };
    static const struct l4re_service service = {.interface = &vcon_interface,
                                                .other = vcon_icu};
    static struct l4re_server server;
    static struct l4re_irq irq;
    terminal.device = *d;
    vcon_init(&terminal.vcon, &kind);
    long error = kept_attach();
    if (error >= 0)
        error = l4re_server_init(&server, 0);
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
