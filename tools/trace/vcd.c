/*
 * The states of all threads as a value change dump, for GTKWave and its
 * relatives: one bit "runs" and one text "state" per thread.
 *
 * A state lasts from one record to the next that changes it; what is written
 * are changes only. A task is a scope, so that the viewer's tree has the
 * threads where one looks for them.
 */
#include "events.h"
#include "util.h"
#include "view.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

enum state { ABSENT, STOPPED, READY, RUNNING, WAITING /* + enum vtr_why */ };
enum { CODE_SIZE = 8 };
/* Codes of CPUs, behind those of all threads. */
#define CPU_CODES (1ull << 33)

struct vcd {
    struct view *view;
    FILE *out;
    struct map states; /* thread -> its state + 1, as a pointer */
    uint64_t time;     /* last written */
};

/* A thread's short name in the file: printable characters, base 94. */
static const char *code(uint64_t number, char to[CODE_SIZE])
{
    char *p = to;

    do
        *p++ = (char)('!' + number % 94);
    while ((number /= 94) && p < to + CODE_SIZE - 1);
    *p = 0;
    return to;
}

/* A name a viewer can take: no blanks, no brackets. */
static void identifier(FILE *f, const char *text)
{
    for (; *text; text++)
        fputc(isalnum((unsigned char)*text) ? *text : '_', f);
}

static const char *state_text(unsigned state)
{
    static const char *const waits[] = {
        [VTR_WHY_NONE] = "waits",      [VTR_WHY_SEND] = "send",
        [VTR_WHY_REPLY] = "reply",     [VTR_WHY_RECEIVE] = "receive",
        [VTR_WHY_OPEN_WAIT] = "any",   [VTR_WHY_SLEEP] = "sleep",
        [VTR_WHY_STOPPED] = "stopped", [VTR_WHY_FAULT] = "fault",
    };
    static const char *const plain[] = {"absent", "stopped", "ready",
                                        "running"};

    if (state < WAITING)
        return plain[state];
    state -= WAITING;
    return state < sizeof(waits) / sizeof(waits[0]) ? waits[state] : "waits";
}

static void write_state(struct vcd *c, uint32_t thread, unsigned state)
{
    char name[CODE_SIZE];

    fprintf(c->out, "%c%s\n", state == RUNNING ? '1' : '0',
            code(2 * (uint64_t)thread, name));
    fprintf(c->out, "s%s %s\n", state_text(state),
            code(2 * (uint64_t)thread + 1, name));
}

/* Times must not go back; those of several CPUs do, by some microseconds. */
static void go_to(struct vcd *c, uint64_t time)
{
    if (time <= c->time)
        return;
    fprintf(c->out, "#%" PRIu64 "\n", time);
    c->time = time;
}

static void set(struct vcd *c, uint64_t id, unsigned state, uint64_t time)
{
    uint32_t thread = (uint32_t)id;
    const struct object_info *o = names_get(&c->view->in.names, thread);

    if (!o || o->type != VTR_T_THREAD || !view_wants_thread(c->view, thread))
        return;
    if ((uintptr_t)map_get(&c->states, thread) == state + 1)
        return;
    map_put(&c->states, thread, (void *)(uintptr_t)(state + 1));
    go_to(c, time);
    write_state(c, thread, state);
}

/* Who a CPU runs, 0: nobody. With one CPU the threads' bits say it. */
static void set_cpu(struct vcd *c, unsigned cpu, uint64_t thread, uint64_t time)
{
    char title[TITLE_SIZE], name[CODE_SIZE];

    if (c->view->in.cpus == 1 || cpu >= c->view->in.cpus)
        return;
    go_to(c, time);
    fputc('s', c->out);
    identifier(c->out, thread ? names_title(&c->view->in.names, thread, title)
                              : "idle");
    fprintf(c->out, " %s\n", code(CPU_CODES + cpu, name));
}

static bool is_waiting(const struct vcd *c, uint64_t thread)
{
    return (uintptr_t)map_get(&c->states, (uint32_t)thread) > WAITING;
}

static void on_record(struct vcd *c, const struct vtr_record *r)
{
    switch (r->event) {
    case VTR_BIND:
        set(c, r->arg[0], STOPPED, r->time);
        break;
    case VTR_THREAD_START:
        set(c, r->arg[0], READY, r->time);
        break;
    case VTR_SWITCH:
        if (r->arg[1] && !is_waiting(c, r->arg[1]))
            set(c, r->arg[1], READY, r->time);
        set(c, r->arg[0], RUNNING, r->time);
        set_cpu(c, r->cpu, r->arg[0], r->time);
        break;
    case VTR_IPC_BLOCK:
        set(c, r->thread, WAITING + (unsigned)(r->arg[1] & 7), r->time);
        break;
    case VTR_IPC:
        /* The receiver wakes; a caller waits now for the reply. */
        if (is_waiting(c, r->arg[0]))
            set(c, r->arg[0], READY, r->time);
        if (r->flags & (VTR_F_CALL | VTR_F_FAULT))
            set(c, r->thread,
                WAITING +
                    (r->flags & VTR_F_FAULT ? VTR_WHY_FAULT : VTR_WHY_REPLY),
                r->time);
        else if (is_waiting(c, r->thread))
            set(c, r->thread, READY, r->time);
        break;
    case VTR_IPC_ERROR:
        if (is_waiting(c, r->thread))
            set(c, r->thread, READY, r->time);
        break;
    case VTR_DELETE:
        if (r->arg[1] == VTR_T_THREAD)
            set(c, r->arg[0], ABSENT, r->time);
        break;
    default:
        break;
    }
}

/* --- declarations --------------------------------------------------------- */

static void declare_thread(struct vcd *c, const struct object_info *o)
{
    char title[TITLE_SIZE], name[CODE_SIZE];

    names_title(&c->view->in.names, o->id, title);
    fprintf(c->out, "$var wire 1 %s ", code(2 * (uint64_t)o->id, name));
    identifier(c->out, title);
    fprintf(c->out, "_%u_runs $end\n$var string 1 %s ", o->id,
            code(2 * (uint64_t)o->id + 1, name));
    identifier(c->out, title);
    fprintf(c->out, "_%u_state $end\n", o->id);
}

/* The threads of `task`, 0: those whose task is not known. */
static void declare_task(struct vcd *c, struct map_entry *all, uint32_t task,
                         const char *title)
{
    bool open = false;

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type != VTR_T_THREAD || o->task != task ||
            !view_wants_thread(c->view, o->id))
            continue;
        if (!open) {
            fputs("$scope module ", c->out);
            identifier(c->out, title);
            fputs(" $end\n", c->out);
        }
        open = true;
        declare_thread(c, o);
    }
    if (open)
        fputs("$upscope $end\n", c->out);
}

static void declare_cpus(struct vcd *c)
{
    unsigned cpus = c->view->in.cpus;
    char name[CODE_SIZE];

    if (cpus == 1)
        return;
    fputs("$scope module cpus $end\n", c->out);
    for (unsigned i = 0; i < cpus; i++)
        fprintf(c->out, "$var string 1 %s cpu%u $end\n",
                code(CPU_CODES + i, name), i);
    fputs("$upscope $end\n", c->out);
}

static void declare(struct vcd *c)
{
    struct map_entry *all = map_sorted(&c->view->in.names.objects);
    char title[TITLE_SIZE];

    fputs("$version vitrine trace $end\n$timescale 1 ns $end\n", c->out);
    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type == VTR_T_TASK)
            declare_task(c, all, o->id,
                         names_title(&c->view->in.names, o->id, title));
    }
    declare_task(c, all, 0, "no task");
    declare_cpus(c);
    fputs("$enddefinitions $end\n#0\n$dumpvars\n", c->out);
    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type == VTR_T_THREAD && view_wants_thread(c->view, o->id))
            write_state(c, o->id, ABSENT);
    }
    fputs("$end\n", c->out);
    free(all);
}

void export_vcd(struct view *v)
{
    struct vcd c = {.view = v, .out = v->out};
    struct vtr_record r;

    declare(&c);
    while (view_next(v, &r))
        if (r.time >= v->from && r.time <= v->until)
            on_record(&c, &r);
    fprintf(c.out, "#%" PRIu64 "\n", v->in.last_time);
    map_free(&c.states, 0);
}
