/*
 * The vcon protocol (see vcon.h).
 */
#include "vcon.h"
#include "watch.h"

/* --- life ----------------------------------------------------------------
 */

void vcon_init(struct vcon *v, const struct vcon_kind *kind)
{
    v->kind = kind;
    lines_init(&v->lines, kind->lines);
}

void vcon_end(struct vcon *v)
{
    if (v->watcher)
        l4re_util_cap_free_um(v->watcher);
    lines_end(&v->lines);
}

void vcon_hit(const struct vcon *v, unsigned line)
{
    lines_hit(&v->lines, line);
}

/* --- text and attributes -------------------------------------------------
 */

static long on_write(struct vcon *v, struct l4re_request *r)
{
    l4_umword_t size = l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    if (size > (r->in.words - r->in.at) * sizeof(l4_umword_t))
        return -L4_EMSGTOOSHORT;
    v->kind->write(v, (const char *)&r->mr[r->in.at], size);
    return 0;
}

static long on_read(struct vcon *v, l4_umword_t size, struct l4re_msg *answer)
{
    char text[L4_VCON_READ_SIZE];
    bool more;
    if (!(l4re_session_rights(&v->session) & L4_CAP_FPAGE_W))
        return -L4_EPERM;
    if (size > sizeof text)
        size = sizeof text;
    unsigned n = v->kind->read(v, text, (unsigned)size, &more);
    l4re_msg_bytes(answer, text, n, sizeof text);
    l4_utcb_mr()->mr[0] = more ? size + 1 : n;
    return 0;
}

static long on_set_attr(struct vcon *v, struct l4re_request *r)
{
    l4_vcon_attr_t attr;
    attr.i_flags = l4re_msg_in_word(&r->in);
    attr.o_flags = l4re_msg_in_word(&r->in);
    attr.l_flags = l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    v->attr = attr;
    v->kind->attributes(v);
    return 0;
}

static long on_get_attr(const struct vcon *v, struct l4re_msg *answer)
{
    l4re_msg_word(answer, 0);
    l4re_msg_word(answer, v->attr.i_flags);
    l4re_msg_word(answer, v->attr.o_flags);
    l4re_msg_word(answer, v->attr.l_flags);
    return 0;
}

static long dispatch(struct l4re_session *session, const void *methods,
                     struct l4re_request *r, struct l4re_msg *answer)
{
    struct vcon *v = (struct vcon *)session;
    l4_umword_t head = l4re_msg_in_word(&r->in);
    (void)methods;
    if (r->in.error)
        return r->in.error;
    switch (head & 0xffff) {
    case L4_VCON_WRITE_OP:
        return on_write(v, r);
    case L4_VCON_READ_OP:
        return on_read(v, head >> 16 & 0xffff, answer);
    case L4_VCON_SET_ATTR_OP:
        return on_set_attr(v, r);
    case L4_VCON_GET_ATTR_OP:
        return on_get_attr(v, answer);
    case VCON_WATCH_OP:
        if (!r->cap_count)
            return -L4_EMSGMISSARG;
        return watch_keep(&v->watcher, session, r->caps[0]);
    case VCON_TAKEN_OP:
        if (!v->kind->taken)
            return -L4_ENOSYS;
        l4re_msg_word(answer, v->kind->taken(v));
        return 0;
    default:
        return -L4_ENOSYS;
    }
}

const struct l4re_interface vcon_interface = {
    .name = "vcon",
    .protocol = L4_PROTO_LOG,
    .dispatch = dispatch,
};

long vcon_icu(struct l4re_session *session, struct l4re_request *r,
              struct l4re_msg *answer)
{
    struct vcon *v = (struct vcon *)session;
    bool changed;
    long result = lines_serve(&v->lines, session, r, answer, &changed);
    if (changed)
        v->kind->bound(v);
    return result;
}
