/*
 * Requests that another thread of the server answers.
 *
 *      session's thread     who_serves() --> [ jobs, oldest first ] --IRQ-->
 *      the other            one job --> handler --> answer to the caller
 *
 * The caller stays in a reply slot of the session's server, which goes on with
 * the next request. The handler finds all as if it were called there: what a
 * session may be asked inside a handler is asked of the server whose thread it
 * is (server_now()).
 *
 * I1  a session that jobs are for is not closed by its server: `passed` counts
 *     them, under its server's lock
 */
#include "internal.h"
#include <l4/re/env.h>
#include <l4/sys/irq.h>
#include <stdlib.h>

/* How many may wait for a thread; which is stuck if one takes that long. */
enum { JOBS_MAX = 32, STUCK_US = 50000 };

struct server_job {
    struct server_job *next;
    struct l4re_session *session;
    struct l4re_caller caller;
    struct l4re_request request;
};

static void trigger(const struct l4re_irq *irq)
{
    l4_irq_trigger(irq->cap);
}

/* ---- On the session's thread ---- */

/* L4RE_LATER: there is, SERVE_HERE: not now, -L4_EBUSY: nor soon. */
static long find_room(struct l4re_server *other)
{
    pthread_mutex_lock(&other->lock);
    bool is_full = other->job_count >= JOBS_MAX;
    l4_kernel_clock_t since = other->busy_since;
    pthread_mutex_unlock(&other->lock);
    if (!is_full)
        return L4RE_LATER;
    bool is_stuck = since && l4_kip_clock(l4re_kip()) - since > STUCK_US;
    return is_stuck ? -L4_EBUSY : SERVE_HERE;
}

static void append(struct l4re_server *other, struct server_job *job)
{
    struct l4re_server *s = job->session->server;
    pthread_mutex_lock(&s->lock);
    job->session->passed++; /* keeps I1 */
    pthread_mutex_unlock(&s->lock);
    pthread_mutex_lock(&other->lock);
    struct server_job **last = &other->jobs;
    while (*last)
        last = &(*last)->next;
    *last = job;
    other->job_count++;
    pthread_mutex_unlock(&other->lock);
    trigger(&other->passed);
}

long server_pass(struct l4re_session *session, struct l4re_server *other)
{
    long result = find_room(other);
    if (result != L4RE_LATER)
        return result;
    struct server_job *job = malloc(sizeof *job);
    if (!job || l4re_session_later(session, &job->caller) < 0) {
        free(job);
        return SERVE_HERE;
    }
    job->next = NULL;
    job->session = session;
    job->request = session->server->request;
    job->request.items = job->request.cap_count = 0; /* they stay here */
    append(other, job);
    return L4RE_LATER;
}

/* ---- On the other ---- */

static struct server_job *take_job(struct l4re_server *s)
{
    pthread_mutex_lock(&s->lock);
    struct server_job *job = s->jobs;
    if (job) {
        s->jobs = job->next;
        s->busy_since = l4_kip_clock(l4re_kip());
    }
    pthread_mutex_unlock(&s->lock);
    return job;
}

/* The session may be closed from now on; if it has been waited for, now. */
static void let_go(struct l4re_session *session)
{
    struct l4re_server *s = session->server;
    pthread_mutex_lock(&s->lock);
    bool is_waited_for = --session->passed == 0 && session->has_ended;
    pthread_mutex_unlock(&s->lock);
    if (is_waited_for)
        trigger(&s->deleted);
}

void server_help(struct l4re_server *s, struct l4re_irq *irq)
{
    struct server_job *job = take_job(s);
    if (!job)
        return;
    s->request = job->request;
    s->request.in.mr = s->request.mr;
    struct l4re_msg answer = l4re_msg_start_answer();
    long result = session_request(job->session, &s->request, &answer);
    l4re_server_answer(job->session->server, job->caller, result, &answer);
    let_go(job->session);
    free(job);
    pthread_mutex_lock(&s->lock);
    bool is_last = --s->job_count == 0;
    s->busy_since = 0;
    pthread_mutex_unlock(&s->lock);
    if (!is_last) /* after what this one has left to tidy */
        trigger(irq);
}
