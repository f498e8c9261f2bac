/*
 * Lines of a session (see lines.h).
 */
#include "lines.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>

void lines_init(struct lines *l, unsigned count)
{
    l->count = count;
    for (unsigned i = 0; i < LINES_MAX; i++)
        l->irq[i] = L4_INVALID_CAP;
}

static void bind(struct lines *l, l4_umword_t line, l4_cap_idx_t irq)
{
    if (l4_is_valid_cap(l->irq[line]))
        l4re_util_cap_free_um(l->irq[line]);
    l->irq[line] = irq;
}

void lines_end(struct lines *l)
{
    for (unsigned i = 0; i < l->count; i++)
        bind(l, i, L4_INVALID_CAP);
}

void lines_hit(const struct lines *l, unsigned line)
{
    if (l4_is_valid_cap(l->irq[line]))
        l4_irq_trigger(l->irq[line]);
}

static long on_bind(struct lines *l, struct l4re_session *session,
                    struct l4re_request *r, bool binds)
{
    l4_umword_t line = l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    if (line >= l->count)
        return -L4_EINVAL;
    if (binds && !r->cap_count)
        return -L4_EMSGMISSARG;
    l4_cap_idx_t irq = binds ? r->caps[0] : L4_INVALID_CAP;
    long error = binds ? l4re_session_keep_cap(session, irq) : 0;
    if (error < 0)
        return error;
    bind(l, line, irq);
    return 0;
}

long lines_serve(struct lines *l, struct l4re_session *session,
                 struct l4re_request *r, struct l4re_msg *answer,
                 bool *ret_changed)
{
    *ret_changed = false;
    if (r->protocol != L4_PROTO_IRQ)
        return -L4_EBADPROTO;
    l4_umword_t operation = l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    long error = 0;
    switch (operation) {
    case L4_ICU_OP_BIND:
    case L4_ICU_OP_UNBIND:
        error = on_bind(l, session, r, operation == L4_ICU_OP_BIND);
        *ret_changed = !error;
        return error;
    case L4_ICU_OP_INFO:
        l4re_msg_word(answer, 0);
        l4re_msg_word(answer, l->count);
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
