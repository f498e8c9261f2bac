/*
 * Shares: who had the least time for its priority runs next. The rest of the
 * solution is the kernel's own mem_node.c.
 */

/* Who is to run: by donation, or who had least of what is due to it. */
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
            if (!best || sched_thread_time(t) * best->prio <
                             sched_thread_time(best) * t->prio)
                best = t;
        }
    }
    return best;
}
