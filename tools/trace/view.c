/* Choosing records, for all exporters alike. */
#include "view.h"

#include <unistd.h>

enum { FOLLOW_US = 20000 };

void view_keep_words(struct view *v, const struct vtr_record *r)
{
    if (v->more_is_told)
        v->more.event = 0;
    if (r->event == VTR_WORDS)
        v->more = *r;
    v->more_is_told = r->event == VTR_IPC;
}

bool view_next(struct view *v, struct vtr_record *ret_record)
{
    while (!reader_next(v->in.reader, ret_record)) {
        if (!v->follow || reader_ended(v->in.reader))
            return false;
        fflush(v->out);
        usleep(FOLLOW_US);
        reader_grow(v->in.reader);
    }
    if (reader_count(v->in.reader) > v->in.learned)
        names_feed(&v->in.names, ret_record);
    view_keep_words(v, ret_record);
    return true;
}

bool view_wants_thread(const struct view *v, uint64_t thread)
{
    uint32_t task = names_task_of(&v->in.names, thread);

    if (!v->only[0])
        return true;
    for (unsigned i = 0; i < ONLY_MAX && v->only[i]; i++)
        if (task && names_task_matches(&v->in.names, task, v->only[i]))
            return true;
    return false;
}

static bool wants_task(const struct view *v, uint64_t task)
{
    for (unsigned i = 0; i < ONLY_MAX && v->only[i]; i++)
        if (names_task_matches(&v->in.names, task, v->only[i]))
            return true;
    return false;
}

/* --event and --label */
static bool wants_kind(const struct view *v, const struct vtr_record *r)
{
    if (v->events && !(r->event < 64 && v->events >> r->event & 1))
        return false;
    return !v->by_label || (r->event == VTR_IPC && r->arg[2] == v->label);
}

bool view_wants(const struct view *v, const struct vtr_record *r)
{
    if (r->time < v->from || r->time > v->until || !wants_kind(v, r))
        return false;
    if (view_wants_thread(v, r->thread))
        return true;
    switch (r->event) {
    case VTR_IPC:
    case VTR_SWITCH:
    case VTR_THREAD_START:
    case VTR_THREAD_PRIO:
    case VTR_TIMEOUT:
    case VTR_WAIT:
    case VTR_FAULT_REPORT:
        return view_wants_thread(v, r->arg[0]);
    case VTR_CAP_MAP:
    case VTR_MEM_MAP:
        return wants_task(v, r->arg[0]) || wants_task(v, r->arg[2]);
    case VTR_CAP_UNMAP:
    case VTR_MEM_UNMAP:
    case VTR_IMAGE:
        return wants_task(v, r->arg[0]);
    case VTR_BOOT:
    case VTR_END:
        return true;
    default:
        return false;
    }
}
