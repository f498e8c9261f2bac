/* Who has a time slice keeps it to its end, whoever wakes up. */
static struct thread *sched_choose(struct cpu *c, bool *ret_direct)
{
    struct thread *best = c->direct;
    *ret_direct = best && best->state == THREAD_READY;
    c->direct = NULL;
    if (*ret_direct)
        return best;
    best = c->current;
    if (best && best->state == THREAD_READY && c->slice_owner == best &&
        port_time() < c->slice_end)
        return best;
    best = NULL;
    for (unsigned p = 1; p < SCHED_PRIOS; p++) {
        const struct list *q = &c->queue[p];
        for (const struct list *n = q->next; n != q; n = n->next) {
            struct thread *t = container_of(n, struct thread, ready);
            if (!best || sched_thread_time(t) * best->prio <
                             sched_thread_time(best) * t->prio)
                best = t;
        }
    }
    return best;
}
