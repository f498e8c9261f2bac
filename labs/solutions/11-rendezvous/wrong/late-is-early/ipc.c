/* A time-out of zero waits. */
static void ipc_send(struct thread *s, struct thread *r, bool reply,
                     struct heap *queue, unsigned timeout)
{
    if (r && ipc_accepts(r, s)) {
        ipc_transfer(s, r, reply);
        return;
    }
    uint64_t deadline = ipc_deadline(s, timeout);
    if (r && r->vcpu && vcpu_is_asked(r) && deadline < vcpu_asked_until())
        deadline = vcpu_asked_until();
    s->ipc.phase = PHASE_SEND;
    if (r)
        ipc_enqueue_at(r, &s->sender);
    else
        ipc_enqueue(queue, &s->sender);
    ipc_block(s, PHASE_SEND, deadline);
}
