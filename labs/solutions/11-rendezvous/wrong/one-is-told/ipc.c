/* Only the receiver is told of an error. */
void ipc_delivered(struct thread *s, struct thread *r, unsigned words,
                   unsigned error)
{
    enum ipc_kind kind = r->ipc.kind;

    if (error) {
        ipc_fail(r, error | 1);
        ipc_sent(s);
        return;
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
    ipc_sent(s);
    if (r->state == THREAD_READY && ipc_donates(s))
        sched_donate(r);
}
