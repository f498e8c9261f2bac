/*
 * What the starter has in place of what was taken out of sim-kernel/core/ipc.c.
 */
void ipc_delivered(struct thread *s, struct thread *r, unsigned words,
                   unsigned error)
{
    (void)s;
    (void)r;
    (void)words;
    /* TODO: r has the words of s. What is left to do for r, who received
     * them, for s, and between the two of them? */
    (void)error;
}

static void ipc_transfer(struct thread *s, struct thread *r, bool reply)
{
    /* TODO: the two have met. What ends with that? */
    message_begin(s, r, reply);
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
