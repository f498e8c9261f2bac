/*
 * What the starter has in place of what was taken out of sim-kernel/core/ipc.c.
 */
static unsigned ipc_transfer(struct thread *s, struct thread *r, bool reply)
{
    unsigned words;
    unsigned error = ipc_copy(s, r, reply, &words);

    /* TODO: the words are copied. What is left to do for r, who received
     * them, and between the two of them? */
    return error;
}

static void ipc_receive(struct thread *t)
{
    t->ipc.phase = PHASE_RECEIVE;
    /* TODO: somebody may be waiting already; t may not want to wait long. */
    ipc_block(t, PHASE_RECEIVE, TIME_NEVER);
}

static void ipc_send(struct thread *s, struct thread *r, bool reply,
                     struct heap *queue, unsigned timeout)
{
    (void)r;
    (void)reply;
    (void)queue;
    (void)timeout;
    /* TODO: either r takes the message now, or s waits where it will be
     * found. */
    s->ipc.phase = PHASE_SEND;
    ipc_abort(s, L4_IPC_SETIMEOUT);
}
