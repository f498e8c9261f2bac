/*
 * A bus's interrupt controller (see vicu.h).
 *
 * Lines are numbered as the machine numbers them. The kernel binds, so that no
 * interrupt goes through io, and unmasks at the IRQ object.
 */
#include "vicu.h"
#include <l4/re/env.h>
#include <l4/sys/icu.h>
#include <stddef.h>

long vicu_bind(const struct io_device *d, l4_cap_idx_t irq)
{
    l4_cap_idx_t icu = l4re_env_get_cap("icu");
    long error = l4_error(l4_icu_set_mode(icu, d->what.irq, d->what.irq_mode));
    if (error >= 0)
        error = l4_error(l4_icu_bind(icu, d->what.irq, irq));
    return error < 0 ? error : 0;
}

static struct bus *bus_of_icu(struct l4re_session *session)
{
    return (struct bus *)((char *)session - offsetof(struct bus, icu));
}

/* NULL: no device of the bus has it. */
static const struct io_device *device_of_line(const struct bus *b,
                                              l4_umword_t line)
{
    for (unsigned i = 0; i < b->devices; i++)
        if (b->device[i]->what.irq_mode && b->device[i]->what.irq == line)
            return b->device[i];
    return NULL;
}

static void info(const struct bus *b, struct l4re_msg *answer)
{
    l4_umword_t lines = 0;
    for (unsigned i = 0; i < b->devices; i++)
        if (b->device[i]->what.irq_mode && b->device[i]->what.irq >= lines)
            lines = (l4_umword_t)b->device[i]->what.irq + 1;
    l4re_msg_word(answer, 0);
    l4re_msg_word(answer, lines);
    l4re_msg_word(answer, 0);
}

/* What is to be done with a line of the bus. */
static long on_line(const struct io_device *d, l4_umword_t op,
                    struct l4re_request *r)
{
    l4_cap_idx_t icu = l4re_env_get_cap("icu");
    unsigned line = d->what.irq;
    switch (op) {
    case L4_ICU_OP_BIND:
        return r->cap_count ? vicu_bind(d, r->caps[0]) : -L4_EMSGMISSARG;
    case L4_ICU_OP_UNBIND:
        return r->cap_count ? l4_error(l4_icu_unbind(icu, line, r->caps[0]))
                            : -L4_EMSGMISSARG;
    case L4_ICU_OP_MASK:
        l4_icu_mask(icu, line, NULL, L4_IPC_NEVER);
        return 0;
    case L4_ICU_OP_UNMASK:
        l4_icu_unmask(icu, line, NULL, L4_IPC_NEVER);
        return 0;
    default: { /* SET_MODE */
        l4_umword_t mode = l4re_msg_in_word(&r->in);
        return r->in.error ? r->in.error
                           : l4_error(l4_icu_set_mode(icu, line, mode));
    }
    }
}

static long on_request(struct l4re_session *session, const void *methods,
                       struct l4re_request *r, struct l4re_msg *answer)
{
    const struct bus *b = bus_of_icu(session);
    l4_umword_t op = l4re_msg_in_word(&r->in);
    (void)methods;
    if (r->in.error)
        return r->in.error;
    if (op == L4_ICU_OP_INFO) {
        info(b, answer);
        return 0;
    }
    if (op == L4_ICU_OP_MSI_INFO || op > L4_ICU_OP_SET_MODE)
        return -L4_ENOSYS;
    const struct io_device *d = device_of_line(b, l4re_msg_in_word(&r->in));
    if (r->in.error)
        return r->in.error;
    return d ? on_line(d, op, r) : -L4_EINVAL;
}

static void on_closed(struct l4re_session *session)
{
    bus_of_icu(session)->icu_is_open = false;
}

long vicu_open(struct bus *b, l4_cap_idx_t *ret_icu)
{
    static const struct l4re_interface interface = {
        .name = "icu", .protocol = L4_PROTO_IRQ, .dispatch = on_request};
    static const struct l4re_service service = {.interface = &interface,
                                                .closed = on_closed};
    if (b->icu_is_open)
        return l4re_session_again(&b->icu, ret_icu);
    long error = l4re_session_open(&b->session, &b->icu, &service, NULL);
    if (error < 0)
        return error;
    b->icu_is_open = true;
    *ret_icu = b->icu.gate;
    return 0;
}

void vicu_close(struct bus *b)
{
    if (b->icu_is_open)
        l4re_session_close(&b->icu);
    b->icu_is_open = false;
}
