/* Choosing records, for all exporters alike. */
#include "view.h"

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

bool view_wants(const struct view *v, const struct vtr_record *r)
{
    if (r->time < v->from || r->time > v->until)
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
