/*
 * Who is told when something changes: IRQs that clients gave.
 *
 * A client that waits for several objects gives each the same IRQ and asks
 * again when it is triggered. An object that several programs hold tells each
 * of them; only so many, so that nobody's capabilities pile up here.
 *
 * I1  no IRQ is kept twice, and none that is found to be gone
 */
#include <l4/re/c/server.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/irq.h>
#include <l4/sys/task.h>
#include <string.h>

static void take_out(struct l4re_watchers *w, unsigned i)
{
    l4re_util_cap_free_um(w->irq[i]);
    w->count--;
    memmove(&w->irq[i], &w->irq[i + 1], (w->count - i) * sizeof w->irq[0]);
}

static bool is_known(const struct l4re_watchers *w, l4_cap_idx_t irq)
{
    for (unsigned i = 0; i < w->count; i++)
        if (l4_msgtag_label(
                l4_task_cap_equal(L4RE_THIS_TASK_CAP, w->irq[i], irq)) > 0)
            return true;
    return false;
}

long l4re_watchers_add(struct l4re_watchers *w, struct l4re_session *session,
                       l4_cap_idx_t irq)
{
    if (is_known(w, irq))
        return 0; /* keeps I1 */
    long error = l4re_session_keep_cap(session, irq);
    if (error < 0)
        return error;
    if (w->count == L4RE_WATCHERS)
        take_out(w, 0);
    w->irq[w->count++] = irq;
    return 0;
}

void l4re_watchers_tell(struct l4re_watchers *w)
{
    for (unsigned i = w->count; i-- > 0;)
        if (l4_msgtag_has_error(l4_irq_trigger(w->irq[i])))
            take_out(w, i);
}

void l4re_watchers_clear(struct l4re_watchers *w)
{
    while (w->count)
        take_out(w, w->count - 1);
}
