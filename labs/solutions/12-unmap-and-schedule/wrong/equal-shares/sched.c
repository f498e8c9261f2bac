/* Everybody gets the same. */
static struct thread *sched_choose(struct cpu *c, bool *ret_direct)
{
    struct thread *best = c->direct;
    *ret_direct = best && best->state == THREAD_READY;
    c->direct = NULL;
    if (*ret_direct)
        return best;
    best = NULL;
    for (unsigned p = 1; p < SCHED_PRIOS; p++) {
        const struct list *q = &c->queue[p];
        for (const struct list *n = q->next; n != q; n = n->next) {
            struct thread *t = container_of(n, struct thread, ready);
            if (!best || sched_thread_time(t) < sched_thread_time(best))
                best = t;
        }
    }
    return best;
}
