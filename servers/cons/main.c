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
#include "screen.h"
#include "again.h"
#include "vcon_watch.h"
#include "watch.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/rm.h>
#include <l4/re/env.h>
#include <l4/sys/icu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_COMMAND = 5, SESSIONS_MAX = 32 };

static l4_cap_idx_t terminal;
static bool is_command; /* keys go to the command line */
static bool is_full;    /* keys wait in the terminal until somebody reads */
static unsigned sessions;
static struct l4re_irq input; /* of the terminal */

static void take_input(void);

/* --- the vcon protocol ------------------------------------------------------
 */

static struct client *client_of(struct vcon *v)
{
    return (struct client *)v;
}

static void on_write(struct vcon *v, const char *text, size_t size)
{
    client_write(client_of(v), text, size);
}

static unsigned on_read(struct vcon *v, char *to, unsigned size, bool *ret_more)
{
    unsigned n = client_read(client_of(v), to, size, ret_more);
    if (is_full)
        take_input(); /* there may be room now */
    return n;
}

static void on_attributes(struct vcon *v)
{
    client_attributes(client_of(v));
}

static void on_bound(struct vcon *v)
{
    client_bound(client_of(v));
}

static const struct vcon_kind client_kind = {
    .lines = CLIENT_LINES,
    .write = on_write,
    .read = on_read,
    .attributes = on_attributes,
    .bound = on_bound,
};

/* --- clients
 * ------------------------------------------------------------------ */

static void session_closed(struct l4re_session *session)
{
    sessions--;
    client_end((struct client *)session);
    free(session);
}

static const struct l4re_service vcon_service = {
    .interface = &vcon_interface,
    .closed = session_closed,
    .other = vcon_icu,
};

static void client_begin(struct client *c, const char *name, const char *color)
{
    client_init(c, &client_kind, name, color);
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
    long error =
        l4re_session_open(parent, &c->vcon.session, &vcon_service, NULL);
    if (error < 0) {
        free(c);
        return error;
    }
    sessions++;
    client_begin(c, *name ? name : "?", color);
    *ret_cap = c->vcon.session.gate;
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
    long error = l4re_server_publish(s, &c->vcon.session, &vcon_service, gate);
    if (error < 0)
        return error;
    client_begin(c, name, "");
    client_recall(c);
    return 0;
}

/* The memory that outlives this console, if there is some. */
static long kept_attach(void)
{
    void *at = NULL;
    l4_cap_idx_t memory = l4re_env_get_cap("kept");
    if (l4_is_invalid_cap(memory))
        return 0;
    l4re_ds_size_t size = l4re_ds_size(memory);
    if (!size)
        return -L4_EINVAL;
    long error = l4re_rm_attach(&at, size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                                memory, 0, L4_PAGESHIFT);
    if (error >= 0)
        client_keep(at, size);
    return error;
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

/* The terminal's server has ended, and another one is there. */
static void terminal_again(struct l4re_server *s, struct l4re_irq *irq)
{
    (void)s, (void)irq;
    screen_init(terminal);
    l4_icu_bind(terminal, VCON_LINE_INPUT, input.cap);
    take_input();
}

/* A terminal that is a server may be there a little later than this. */
static long input_bind(void *what)
{
    (void)what;
    return l4_error(l4_icu_bind(terminal, VCON_LINE_INPUT, input.cap));
}

static long terminal_open(struct l4re_server *s)
{
    static struct l4re_irq again;
    terminal = l4re_env_get_cap("terminal");
    if (l4_is_invalid_cap(terminal))
        return -L4_ENOENT;
    screen_init(terminal);
    long error = l4re_irq_make(s, &input, terminal_hit);
    if (error >= 0)
        error = l4re_irq_make(s, &again, terminal_again);
    if (error >= 0)
        error = again_until_open(input_bind, NULL);
    return error < 0 ? error
                     : watch_start(&(struct watched){terminal, L4_PROTO_LOG,
                                                     VCON_WATCH_OP},
                                   again.cap);
}

int main(void)
{
    struct l4re_server server;
    static struct l4re_session root;
    l4_cap_idx_t gate = l4re_env_get_cap("cons_server");

    if (l4re_server_init(&server, 0) < 0 || terminal_open(&server) < 0) {
        fprintf(stderr, "cons: no terminal\n");
        return 1;
    }
    if (kept_attach() < 0 || serve_gates(&server) < 0)
        return 1;
    if (l4_is_valid_cap(gate) &&
        l4re_server_publish(&server, &root, &root_service, gate) < 0)
        return 1;
    take_input(); /* what was typed before there was a console */
    return (int)l4re_server_run(&server);
}
