/*
 * Work aside (see aside.h): two lists under one lock, and an interrupt that
 * brings what is finished back.
 */
#include "aside.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/irq.h>

struct list {
    struct aside_work *first, **last;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct list waiting = {NULL, &waiting.first}; /* under the lock */
static struct list finished = {NULL, &finished.first};
static struct l4re_irq irq; /* .cap 0: no worker yet */

static void put(struct list *l, struct aside_work *w)
{
    w->next = NULL;
    *l->last = w;
    l->last = &w->next;
}

/* NULL: it is empty. */
static struct aside_work *take(struct list *l)
{
    struct aside_work *w = l->first;
    if (w)
        l->first = w->next;
    if (!l->first)
        l->last = &l->first;
    return w;
}

static void *worker(void *data)
{
    struct aside_work *w;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (!(w = take(&waiting)))
            pthread_cond_wait(&more, &lock);
        pthread_mutex_unlock(&lock);
        w->work(w);
        pthread_mutex_lock(&lock);
        put(&finished, w); /* keeps I1 */
        l4_irq_trigger(irq.cap);
    }
    return data;
}

static void on_finished(struct l4re_server *server, struct l4re_irq *from)
{
    struct aside_work *w;
    (void)server, (void)from;
    do {
        pthread_mutex_lock(&lock);
        w = take(&finished);
        pthread_mutex_unlock(&lock);
        if (w)
            w->done(w);
    } while (w);
}

static long start(struct l4re_server *server)
{
    pthread_t thread;
    long error = l4re_irq_make(server, &irq, on_finished);
    if (error < 0)
        return error;
    if (pthread_create(&thread, NULL, worker, NULL)) {
        l4re_util_cap_free_um(irq.cap);
        irq.cap = 0;
        return -L4_ENOMEM;
    }
    pthread_detach(thread);
    return 0;
}

long aside_do(struct l4re_server *server, struct aside_work *w)
{
    long error = irq.cap ? 0 : start(server);
    if (error < 0)
        return error;
    pthread_mutex_lock(&lock);
    put(&waiting, w); /* keeps I1 */
    pthread_cond_signal(&more);
    pthread_mutex_unlock(&lock);
    return 0;
}
