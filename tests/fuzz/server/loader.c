/*
 * In place of servers/lib/loader: programs that never run. Starting one fails
 * when the input says so.
 */
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include "../../../servers/lib/loader/inspect.h"
#include "kernel.h"
#include <l4/sys/err.h>
#include <stdio.h>
#include <string.h>

long loader_start(const struct loader_request *r, struct loader_app *ret_app,
                  struct loader_error *ret_error)
{
    if (r->argc < 1 || input_byte() & 1) {
        snprintf(ret_error->text, sizeof ret_error->text, "%s: no",
                 r->argc < 1 ? "" : r->argv[0]);
        return -L4_ENOMEM;
    }
    for (unsigned i = 0; i < r->cap_count; i++) {
        struct host_object *o = host_object_at(r->caps[i].cap);
        if (strlen(r->caps[i].name) > LOADER_NAME)
            host_fail("a capability's name is too long");
        if (host_server.gives_gates && o && o->kind == HOST_GATE)
            host_give(o);
    }
    memset(ret_app, 0, sizeof *ret_app);
    host_program(r->parent);
    return 0;
}

void loader_kill(struct loader_app *app)
{
    (void)app;
}

long loader_give_again(const struct loader_app *app, l4_cap_idx_t cap)
{
    return host_object_at(cap) ? (long)app->named_count : -L4_ENOENT;
}

l4_umword_t loader_caps(const struct loader_app *app)
{
    (void)app;
    return 3;
}

long loader_capability(const struct loader_app *app, l4_umword_t at,
                       l4_umword_t *ret_slot, char *ret_name)
{
    (void)app;
    *ret_slot = at + 1;
    strcpy(ret_name, "name");
    return at < 3 ? 0 : -L4_ENOENT;
}

long loader_region(const struct loader_app *app, l4_umword_t at,
                   l4_umword_t *ret_start, l4_umword_t *ret_size,
                   l4_umword_t *ret_flags)
{
    (void)app;
    *ret_start = *ret_size = 4096;
    *ret_flags = 0;
    return at < 4096 ? 0 : -L4_ENOENT;
}

l4_umword_t loader_time(const struct loader_app *app)
{
    (void)app;
    return 1;
}

long loader_hold(const struct loader_app *app, bool on)
{
    (void)app, (void)on;
    return 0;
}

long vitrine_usage(l4_cap_idx_t allocator, struct vitrine_usage *ret_usage)
{
    (void)allocator;
    memset(ret_usage, 0, sizeof *ret_usage);
    return 0;
}
