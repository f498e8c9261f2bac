/* Who is there already is never found. */
static void ipc_receive(struct thread *t)
{
    t->ipc.phase = PHASE_RECEIVE;
    if (t->ipc.open)
        t->ipc.partner = NULL; /* whom it answered may end meanwhile */
    uint64_t deadline = ipc_deadline(t, t->ipc.rcv_timeout);
    if (deadline == 0 || (deadline != TIME_NEVER && deadline <= port_time())) {
        ipc_abort(t, L4_IPC_SETIMEOUT);
        return;
    }
    ipc_block(t, PHASE_RECEIVE, deadline);
}
