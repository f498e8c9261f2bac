/*
 * cons: one terminal for many programs.
 *
 *      terminal (a vcon) <--> cons <--> vcon of each client
 *
 * Clients are the gates of its environment whose names begin with "vcon."
 * (they outlive cons: who starts it again binds them again), and sessions
 * (`cons:create(0, "name", "colour")`). The first is connected: keys go to
 * it. Ctrl-E begins a command of the console's own (command.c).
 */
#include "client.h"
#include "command.h"
#include "cons.h"
#include "screen.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_COMMAND = 5, SESSIONS_MAX = 32 };

static l4_cap_idx_t terminal;
static bool is_command; /* keys go to the command line */
static bool is_full;    /* keys wait in the terminal until somebody reads */
static unsigned sessions;

static void take_input(void);

/* --- the vcon protocol ------------------------------------------------------
 */

static long on_write(struct client *c, struct l4re_request *r)
{
    l4_umword_t size = l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    if (size > (r->in.words - r->in.at) * sizeof(l4_umword_t))
        return -L4_EMSGTOOSHORT;
    client_write(c, (const char *)&r->mr[r->in.at], size);
    return 0;
}

static long on_read(struct client *c, l4_umword_t size, struct l4re_msg *answer)
{
    char text[L4_VCON_READ_SIZE];
    bool more;
    if (!(l4re_session_rights(&c->session) & L4_CAP_FPAGE_W))
        return -L4_EPERM;
    if (size > sizeof text)
        size = sizeof text;
    unsigned n = client_read(c, text, (unsigned)size, &more);
    if (is_full)
        take_input(); /* there may be room now */
    l4re_msg_bytes(answer, text, n, sizeof text);
    l4_utcb_mr()->mr[0] = more ? size + 1 : n;
    return 0;
}

static long on_set_attr(struct client *c, struct l4re_request *r)
{
    l4_vcon_attr_t attr;
    attr.i_flags = l4re_msg_in_word(&r->in);
    attr.o_flags = l4re_msg_in_word(&r->in);
    attr.l_flags = l4re_msg_in_word(&r->in);
    if (!r->in.error)
        client_set_attr(c, &attr);
    return r->in.error;
}

static long on_get_attr(const struct client *c, struct l4re_msg *answer)
{
    l4re_msg_word(answer, 0);
    l4re_msg_word(answer, c->attr.i_flags);
    l4re_msg_word(answer, c->attr.o_flags);
    l4re_msg_word(answer, c->attr.l_flags);
    return 0;
}

/* Never answered; the caller hears of the end of this thread. A second one of
 * the same client takes the place of the first, whose thread has gone. */
static long on_watch(struct client *c)
{
    struct l4re_caller caller;
    struct l4re_msg none = l4re_msg_start_answer();
    if (c->is_watched)
        l4re_server_answer(c->session.server, c->watcher, -L4_EBUSY, &none);
    c->is_watched = false;
    long error = l4re_session_later(&c->session, &caller);
    if (error < 0)
        return error;
    c->watcher = caller;
    c->is_watched = true;
    return L4RE_LATER;
}

static long vcon_dispatch(struct l4re_session *session, const void *methods,
                          struct l4re_request *r, struct l4re_msg *answer)
{
    struct client *c = (struct client *)session;
    l4_umword_t head = l4re_msg_in_word(&r->in);
    (void)methods;
    if (r->in.error)
        return r->in.error;
    switch (head & 0xffff) {
    case L4_VCON_WRITE_OP:
        return on_write(c, r);
    case L4_VCON_READ_OP:
        return on_read(c, head >> 16 & 0xffff, answer);
    case L4_VCON_SET_ATTR_OP:
        return on_set_attr(c, r);
    case L4_VCON_GET_ATTR_OP:
        return on_get_attr(c, answer);
    case CONS_WATCH_OP:
        return on_watch(c);
    default:
        return -L4_ENOSYS;
    }
}

/* --- its lines: a client is an ICU -------------------------------------------
 */

static long on_bind(struct client *c, struct l4re_request *r, bool binds)
{
    l4_umword_t line = l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    if (line >= CLIENT_LINES)
        return -L4_EINVAL;
    if (binds && !r->cap_count)
        return -L4_EMSGMISSARG;
    l4_cap_idx_t irq = binds ? r->caps[0] : L4_INVALID_CAP;
    long error = binds ? l4re_session_keep_cap(&c->session, irq) : 0;
    if (error >= 0)
        client_bind(c, (unsigned)line, irq);
    return error < 0 ? error : 0;
}

static long on_icu(struct l4re_session *session, struct l4re_request *r,
                   struct l4re_msg *answer)
{
    struct client *c = (struct client *)session;
    if (r->protocol != L4_PROTO_IRQ)
        return -L4_EBADPROTO;
    l4_umword_t operation = l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    switch (operation) {
    case L4_ICU_OP_BIND:
    case L4_ICU_OP_UNBIND:
        return on_bind(c, r, operation == L4_ICU_OP_BIND);
    case L4_ICU_OP_INFO:
        l4re_msg_word(answer, 0);
        l4re_msg_word(answer, CLIENT_LINES);
        l4re_msg_word(answer, 0);
        return 0;
    case L4_ICU_OP_UNMASK:
    case L4_ICU_OP_MASK:
    case L4_ICU_OP_SET_MODE:
        return 0; /* edges, never masked */
    default:
        return -L4_ENOSYS;
    }
}

/* --- clients
 * ------------------------------------------------------------------ */

static void session_closed(struct l4re_session *session)
{
    struct client *c = (struct client *)session;
    struct l4re_msg none = l4re_msg_start_answer();
    if (c->is_watched)
        l4re_server_answer(session->server, c->watcher, -L4_ENOENT, &none);
    sessions--;
    client_end((struct client *)session);
    free(session);
}

static const struct l4re_interface vcon_interface = {
    .name = "vcon",
    .protocol = L4_PROTO_LOG,
    .answers_later = true,
    .dispatch = vcon_dispatch,
};

static const struct l4re_service vcon_service = {
    .interface = &vcon_interface,
    .closed = session_closed,
    .other = on_icu,
};

static void client_begin(struct client *c, const char *name, const char *color)
{
    client_init(c, name, color);
    if (!screen_connected())
        screen_connect(c);
}

/* create(name, colour) */
static long session_create(struct l4re_session *parent, long type,
                           struct l4re_request *request, l4_cap_idx_t *ret_cap)
{
    char name[CLIENT_NAME + 1] = "", color[16] = "";
    int found = l4re_varg_text(request, name, CLIENT_NAME);
    (void)type;
    if (found > 0)
        found = l4re_varg_text(request, color, sizeof color - 1);
    if (found < 0)
        return found;
    struct client *c = sessions < SESSIONS_MAX ? calloc(1, sizeof *c) : NULL;
    if (!c)
        return -L4_ENOMEM;
    long error = l4re_session_open(parent, &c->session, &vcon_service, NULL);
    if (error < 0) {
        free(c);
        return error;
    }
    sessions++;
    client_begin(c, *name ? name : "?", color);
    *ret_cap = c->session.gate;
    return 0;
}

/* The gate that makes sessions is no vcon itself. */
static long root_dispatch(struct l4re_session *session, const void *methods,
                          struct l4re_request *r, struct l4re_msg *answer)
{
    (void)session, (void)methods, (void)r, (void)answer;
    return -L4_ENOSYS;
}

static const struct l4re_interface root_interface = {
    .name = "cons",
    .protocol = L4_PROTO_LOG,
    .dispatch = root_dispatch,
};

static const struct l4re_service root_service = {
    .interface = &root_interface,
    .create = session_create,
};

/* A gate of the environment, which the description made. */
static long serve_gate(struct l4re_server *s, const char *name,
                       l4_cap_idx_t gate)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c)
        return -L4_ENOMEM;
    long error = l4re_server_publish(s, &c->session, &vcon_service, gate);
    if (error < 0)
        return error;
    client_begin(c, name, "");
    return 0;
}

static long serve_gates(struct l4re_server *s)
{
    long error = 0;
    for (const l4re_env_cap_entry_t *e = l4re_env()->caps;
         e->flags != ~0ul && error >= 0; e++)
        if (!strncmp(e->name, "vcon.", 5))
            error = serve_gate(s, e->name + 5, e->cap);
    return error;
}

/* --- the terminal
 * --------------------------------------------------------------- */

static void on_key(char key)
{
    if (is_command)
        is_command = !command_key(key);
    else if (key == KEY_COMMAND) {
        command_begin();
        is_command = true;
    } else if (screen_connected())
        client_type(screen_connected(), key);
}

/* As long as there is room for what comes; the rest waits in the terminal. */
static void take_input(void)
{
    char key;
    for (;;) {
        is_full = !is_command && screen_connected() &&
                  !client_room(screen_connected());
        if (is_full || l4_vcon_read(terminal, &key, 1) <= 0)
            return;
        on_key(key);
    }
}

static void terminal_hit(struct l4re_server *s, struct l4re_irq *irq)
{
    (void)s, (void)irq;
    take_input();
}

static long terminal_open(struct l4re_server *s)
{
    static struct l4re_irq input;
    l4_cap_idx_t irq = l4re_util_cap_alloc();
    terminal = l4re_env_get_cap("terminal");
    if (l4_is_invalid_cap(terminal) || l4_is_invalid_cap(irq))
        return -L4_ENOENT;
    screen_init(terminal);
    long error = l4_error(l4_factory_create_irq(l4re_env()->factory, irq));
    if (error >= 0)
        error = l4re_irq_attach(s, &input, irq, terminal_hit);
    if (error >= 0)
        error = l4_error(l4_icu_bind(terminal, 0, irq));
    return error;
}

int main(void)
{
    struct l4re_server server;
    static struct l4re_session root;
    l4_cap_idx_t gate = l4re_env_get_cap("cons_server");

    if (l4re_server_init(&server, L4RE_SERVER_LATER) < 0 ||
        terminal_open(&server) < 0) {
        fprintf(stderr, "cons: no terminal\n");
        return 1;
    }
    if (serve_gates(&server) < 0)
        return 1;
    if (l4_is_valid_cap(gate) &&
        l4re_server_publish(&server, &root, &root_service, gate) < 0)
        return 1;
    take_input(); /* what was typed before there was a console */
    return (int)l4re_server_run(&server);
}
