/* A caller that has its answer may be answered again. */
static void ipc_transfer(struct thread *s, struct thread *r, bool reply)
{
    ipc_leave(r);
    message_begin(s, r, reply);
}
