/*
 * Where the time of a request goes.
 *
 *      client  ==call==>                          ==reply==  client
 *      server           runs  ==call==>    runs
 *      disk                             runs
 *
 * At each moment one thread has the request: who called it or was called for
 * it last. The critical path is the row of these threads, and what each did:
 * ran, was ready while another ran, or waited (for a device, for time). The
 * request is the slowest one a program made (of another program, if there is
 * such), in what the view chooses.
 *
 * Below, for the whole run: the CPU time of every thread, charged to the
 * thread for whose request it was spent.
 */
#include "calls.h"
#include "states.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

struct charge {
    uint32_t cause, thread;
    uint64_t ns;
};

struct path {
    struct view *view;
    struct states states;
    struct call slowest;
    bool any, inner;     /* inner: of another program */
    uint64_t begin, end; /* of the request; 0, 0: not yet */

    uint32_t holder; /* has the request */
    uint64_t since;  /* of what it does */
    uint64_t ran, held_up, waited;
    struct map instead; /* thread -> ns + 1 it ran while the holder could */
    struct map charges; /* cause << 32 | thread -> struct charge */
    uint64_t run_since[256];
};

/* --- the first pass: which request -------------------------------------------
 */

static void keep_slowest(void *self, const struct call *c)
{
    struct path *p = self;
    const struct names *n = &p->view->in.names;
    uint32_t task = names_task_of(n, c->request.from);

    uint32_t server = names_task_of(n, c->request.to);
    bool inner = role_of_task(n, server) == ROLE_PROGRAM;

    if (c->end != CALL_ANSWERED || c->request.kind != MESSAGE_CALL ||
        role_of_task(n, task) != ROLE_PROGRAM || (p->inner && !inner))
        return;
    if (inner && !p->inner)
        p->any = false; /* programs among themselves come first */
    p->inner |= inner;
    if (p->any && c->answer.time - c->request.time <=
                      p->slowest.answer.time - p->slowest.request.time)
        return;
    p->slowest = *c;
    p->any = true;
}

static void charge(struct path *p, const struct vtr_record *r)
{
    uint32_t thread = p->states.running[r->cpu];
    uint64_t since = p->run_since[r->cpu];

    p->run_since[r->cpu] = r->time;
    if (!thread)
        return;
    uint32_t cause = states_root(&p->states, thread);
    uint64_t key = ((uint64_t)cause << 32 | thread) & ~(1ull << 63);
    struct charge *c = map_get(&p->charges, key);
    if (!c) {
        c = xcalloc(1, sizeof(*c));
        c->cause = cause;
        c->thread = thread;
        map_put(&p->charges, key, c);
    }
    c->ns += r->time - since;
}

static void first_pass(struct path *p)
{
    struct calls calls = {0};
    struct vtr_record r;
    struct message m;

    while (view_next(p->view, &r)) {
        if (r.event == VTR_SWITCH)
            charge(p, &r);
        else if (r.event == VTR_IPC &&
                 !(r.flags & VTR_F_IRQ)) /* whose work it is may change */
            for (unsigned cpu = 0; cpu < 256; cpu++)
                if (p->states.running[cpu] == r.thread) {
                    struct vtr_record here = r;
                    here.cpu = (uint8_t)cpu;
                    charge(p, &here);
                }
        states_feed(&p->states, &p->view->in.names, &r);
        if (message_from_record(p->view, &r, &m) && message_wanted(p->view, &m))
            calls_feed(&calls, &m, keep_slowest, p);
    }
    calls_finish(&calls, keep_slowest, p);
    states_free(&p->states);
    p->states = (struct states){0};
}

/* --- the second pass: what happened to it ------------------------------------
 */

static void print_instead(struct path *p)
{
    struct map_entry *all = map_sorted(&p->instead);
    char title[TITLE_SIZE], time[TIME_TEXT];

    for (size_t i = 0; all[i].value; i++)
        fprintf(p->view->out, "%s%s %s", i ? ", " : " (meanwhile ran: ",
                names_title(&p->view->in.names, all[i].key, title),
                time_text((uintptr_t)all[i].value - 1, time));
    fputs(p->instead.used ? ")" : "", p->view->out);
    free(all);
    map_free(&p->instead, 0);
}

/* The end of the holder's turn, in one line. */
static void print_turn(struct path *p)
{
    char title[TITLE_SIZE], time[TIME_TEXT];
    FILE *out = p->view->out;

    fprintf(out, "      %s: ran %s",
            names_title(&p->view->in.names, p->holder, title),
            time_text(p->ran, time));
    if (p->held_up)
        fprintf(out, ", could not run for %s", time_text(p->held_up, time));
    print_instead(p);
    if (p->waited)
        fprintf(out, ", waited %s", time_text(p->waited, time));
    fputc('\n', out);
    p->ran = p->held_up = p->waited = 0;
}

/* Counts the time since the last event to what the holder did. */
static void account(struct path *p, const struct vtr_record *r)
{
    const struct thread_state *t = states_thread(&p->states, p->holder);
    uint64_t spent = r->time - p->since;
    uint32_t other = p->states.running[r->cpu];

    p->since = r->time;
    if (!spent)
        return;
    if (t->doing == DOING_RUN) {
        p->ran += spent;
    } else if (t->doing == DOING_WAIT) {
        p->waited += spent;
    } else {
        p->held_up += spent;
        if (other) {
            uintptr_t so_far = (uintptr_t)map_get(&p->instead, other);
            map_put(&p->instead, other,
                    (void *)((so_far ? so_far : 1) + (uintptr_t)spent));
        }
    }
}

static void print_message(struct path *p, const struct message *m)
{
    const struct names *n = &p->view->in.names;
    char from[TITLE_SIZE], to[TITLE_SIZE], text[MESSAGE_TEXT], time[TIME_TEXT];

    fprintf(p->view->out, "  +%s  %s %s %s: %s\n",
            time_text(m->time - p->begin, time), names_title(n, m->from, from),
            message_is_answer(m) ? "answers" : "calls",
            names_title(n, m->to, to), message_text(m, n, text));
}

/* The request goes to another thread, if the message is part of it. */
static void pass_on(struct path *p, const struct vtr_record *r)
{
    struct message m;

    if (!message_from_record(p->view, r, &m) || r->event != VTR_IPC ||
        m.from != p->holder || m.kind == MESSAGE_SEND || m.kind == MESSAGE_IRQ)
        return;
    print_turn(p);
    print_message(p, &m);
    p->holder = m.to;
}

static void second_pass(struct path *p)
{
    const struct vtr_record *first = &p->slowest.request.record;
    const struct vtr_record *last = &p->slowest.answer.record;
    struct vtr_record r;
    bool inside = false;

    reader_rewind(p->view->in.reader);
    while (view_next(p->view, &r)) {
        if (inside) {
            account(p, &r);
            pass_on(p, &r);
        } else if (r.time == first->time && r.event == first->event &&
                   r.thread == first->thread) {
            inside = true;
            p->holder = p->slowest.request.to;
            p->since = p->begin = r.time;
            print_message(p, &p->slowest.request);
        }
        states_feed(&p->states, &p->view->in.names, &r);
        if (inside && r.time >= last->time && r.event == last->event &&
            r.thread == last->thread)
            break;
    }
}

/* --- the table
 * ------------------------------------------------------------------ */

static int by_cause(const void *a, const void *b)
{
    const struct charge *x = ((const struct map_entry *)a)->value;
    const struct charge *y = ((const struct map_entry *)b)->value;

    if (x->cause != y->cause)
        return x->cause < y->cause ? -1 : 1;
    if (x->ns != y->ns)
        return x->ns > y->ns ? -1 : 1;
    return (x->thread > y->thread) - (x->thread < y->thread);
}

static void print_charges(struct path *p)
{
    struct map_entry *all = map_sorted(&p->charges);
    const struct names *n = &p->view->in.names;
    char title[TITLE_SIZE], time[TIME_TEXT];
    uint32_t cause = 0;

    qsort(all, p->charges.used, sizeof(*all), by_cause);
    fputs("\nCPU time by who caused it\n", p->view->out);
    for (size_t i = 0; all[i].value; i++) {
        const struct charge *c = all[i].value;
        if (c->cause != cause)
            fprintf(p->view->out, "  %s\n", names_title(n, c->cause, title));
        cause = c->cause;
        fprintf(p->view->out, "    %14s  in %s\n", time_text(c->ns, time),
                names_title(n, c->thread, title));
    }
    free(all);
}

void export_path(struct view *v)
{
    struct path p = {.view = v};
    char time[TIME_TEXT], at[TIME_TEXT];

    first_pass(&p);
    if (p.any) {
        fprintf(v->out, "the slowest request of a program: %s, at %s\n",
                time_text(p.slowest.answer.time - p.slowest.request.time, time),
                time_text(p.slowest.request.time, at));
        second_pass(&p);
    } else {
        fputs("no program made a request that was answered\n", v->out);
    }
    print_charges(&p);
    states_free(&p.states);
    map_free(&p.instead, 0);
    map_free(&p.charges, 1);
}
