/* The pairing of calls.h. */
#include "calls.h"
#include "util.h"

#include <stdlib.h>

static void open_call(struct calls *c, const struct message *m)
{
    struct call *call = map_get(&c->open, m->from);

    if (!call) {
        call = xcalloc(1, sizeof(*call));
        map_put(&c->open, m->from, call);
    }
    call->request = *m; /* what was open is forgotten: keeps I1 */
}

static void close_call(struct calls *c, uint32_t caller,
                       const struct message *m, enum call_end end,
                       calls_sink *sink, void *self)
{
    struct call *call = map_get(&c->open, caller);

    if (!call || (end == CALL_ANSWERED && call->request.to != m->from))
        return;
    map_remove(&c->open, caller);
    call->answer = *m;
    call->end = end;
    sink(self, call);
    free(call);
}

void calls_feed(struct calls *c, const struct message *m, calls_sink *sink,
                void *self)
{
    switch (m->kind) {
    case MESSAGE_CALL:
    case MESSAGE_FAULT:
    case MESSAGE_INVOKE:
        open_call(c, m);
        break;
    case MESSAGE_REPLY:
    case MESSAGE_RESULT:
        close_call(c, m->to, m, CALL_ANSWERED, sink, self);
        break;
    case MESSAGE_ERROR:
        close_call(c, m->from, m, CALL_FAILED, sink, self);
        break;
    default:
        break;
    }
}

void calls_finish(struct calls *c, calls_sink *sink, void *self)
{
    struct map_entry *all = map_sorted(&c->open);

    for (size_t i = 0; all[i].value; i++) {
        struct call *call = all[i].value;
        call->end = CALL_OPEN;
        sink(self, call);
    }
    free(all);
    map_free(&c->open, 1);
}
