/* A caller that has its answer may be answered again. */
static unsigned ipc_transfer(struct thread *s, struct thread *r, bool reply)
{
    unsigned words;
    unsigned error = ipc_copy(s, r, reply, &words);
    enum ipc_kind kind = r->ipc.kind;

    ipc_leave(r);
    if (error) {
        ipc_fail(r, error | 1);
        return error;
    }
    if (s->ipc.call)
        s->ipc.no_reply = !reply_set_caller(r, s);
    if (ipc_in_utcb(kind)) {
        r->utcb->error = 0;
        ipc_finish(r,
                   tag_make(tag_label(s->ipc.tag), words, tag_items(s->ipc.tag),
                            s->ipc.tag & TAG_FPU),
                   s->ipc.label);
    } else {
        sched_ready(r);
        trap_fault_answered(r, kind, tag_label(s->ipc.tag));
    }
    return 0;
}
