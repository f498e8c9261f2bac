/*
 * The vcon protocol, from a server's side: what all vcons have in common.
 *
 *      write, read, attributes    L4_PROTO_LOG     -> struct vcon_kind
 *      bind, unbind, info         as an ICU        -> irq[line], edges
 *      watch                      vcon_watch.h     -> ended by the end
 *
 * A kind of vcon says what becomes of the text.
 */
#ifndef VCON_H
#define VCON_H

#include "lines.h"
#include "vcon_watch.h"
#include <l4/re/c/server.h>
#include <l4/sys/vcon.h>

enum { VCON_LINE_INPUT = 0 };

struct vcon;

/* Constant. */
struct vcon_kind {
    unsigned lines; /* as an ICU: 1..LINES_MAX */
    void (*write)(struct vcon *v, const char *text, size_t size);
    /* At most `size` bytes; *ret_more: there are more. */
    unsigned (*read)(struct vcon *v, char *to, unsigned size, bool *ret_more);
    /* The attributes have changed. */
    void (*attributes)(struct vcon *v);
    /* A line's interrupt has changed. */
    void (*bound)(struct vcon *v);
    /* Bytes of all writes that were taken; NULL: nobody counts. */
    unsigned long (*taken)(struct vcon *v);
};

struct vcon {
    struct l4re_session session; /* first */
    const struct vcon_kind *kind;
    l4_vcon_attr_t attr;
    struct lines lines;
    l4_cap_idx_t watcher; /* token of who is to hear of the end, 0: nobody's */
};

extern const struct l4re_interface vcon_interface;

void vcon_init(struct vcon *v, const struct vcon_kind *kind);
/* Before its memory goes: lets its interrupts and its watcher go. */
void vcon_end(struct vcon *v);
/* Triggers the line's interrupt, if there is one. */
void vcon_hit(const struct vcon *v, unsigned line);
/* For struct l4re_service: `other` of every vcon. */
long vcon_icu(struct l4re_session *session, struct l4re_request *r,
              struct l4re_msg *answer);

#endif
