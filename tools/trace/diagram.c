/* Columns, rows and loops of diagram.h. */
#include "diagram.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

/* --- what counts as the same message ----------------------------------- */

/* The data words of a message that tell operations apart: small numbers
 * that could be opcodes, and how a page fault came about. */
static uint64_t telling_word(const struct message *m)
{
    uint64_t word = m->record.arg[m->kind == MESSAGE_INVOKE ? 2 : 4];

    switch (m->kind) {
    case MESSAGE_FAULT:
        return word & 7;
    case MESSAGE_CALL:
    case MESSAGE_SEND:
        return word < 0x100 ? word : 0;
    case MESSAGE_INVOKE:
        return word & 0xffff;
    default:
        return 0;
    }
}

static bool same(const struct message *a, const struct message *b)
{
    if (a->kind != b->kind || a->from != b->from || a->to != b->to ||
        a->via != b->via)
        return false;
    if (message_is_note(a))
        return a->kind == MESSAGE_ERROR && a->record.arg[0] == b->record.arg[0];
    if (telling_word(a) != telling_word(b))
        return false;
    if (a->kind == MESSAGE_INVOKE)
        return a->record.arg[3] == b->record.arg[3];
    if (a->kind == MESSAGE_RESULT)
        return a->record.arg[1] == b->record.arg[1];
    return a->record.arg[3] == b->record.arg[3]; /* tag */
}

/* Messages that may be shown, in order. */
struct choice {
    const struct message **all;
    size_t count;
};

/* How often the `length` messages at `at` come again right behind. */
static unsigned rounds(const struct choice *c, size_t at, unsigned length)
{
    size_t i = at + length;

    while (i < c->count && same(c->all[i], c->all[i - length]))
        i++;
    return (unsigned)((i - at) / length);
}

/* The loop at `at` that saves most; length 1 and times 1: none. A loop begins
 * with a request: it should read as call and answer. */
static void find_loop(const struct choice *c, size_t at, unsigned *ret_length,
                      unsigned *ret_times)
{
    size_t saved = 0;

    *ret_length = *ret_times = 1;
    if (message_is_answer(c->all[at]))
        return;
    for (unsigned length = 1; length <= LOOP_MAX; length++) {
        unsigned times = rounds(c, at, length);
        if (times > 1 && (size_t)length * (times - 1) > saved) {
            saved = (size_t)length * (times - 1);
            *ret_length = length;
            *ret_times = times;
        }
    }
}

/* --- what is worth a row ------------------------------------------------- */

enum { BORING, ORDINARY, INTERESTING };

static bool is_program(const struct names *n, uint32_t thread)
{
    uint32_t task = names_task_of(n, thread);

    return task && role_of_task(n, task) == ROLE_PROGRAM;
}

/* Faults are told by the call: its answer is worth as much. */
static int interest(const struct messages *m, const struct message *x,
                    const struct names *n)
{
    bool from = is_program(n, x->from), to = is_program(n, x->to);

    if (x->kind == MESSAGE_NOTE || x->kind == MESSAGE_REPORT)
        return INTERESTING;
    if (!from && !to)
        return BORING;
    if ((from && to) || x->kind == MESSAGE_IRQ)
        return INTERESTING;
    if (x->kind == MESSAGE_REPLY && x->pair)
        x = &m->all[x->pair - 1];
    return x->kind == MESSAGE_FAULT ? INTERESTING : ORDINARY;
}

static void choose(const struct messages *m, const struct names *n, int least,
                   struct choice *c)
{
    c->count = 0;
    for (size_t i = 0; i < m->count; i++)
        if (least == BORING || interest(m, &m->all[i], n) >= least)
            c->all[c->count++] = &m->all[i];
}

/* How many rows the choice would take. */
static size_t rows_of(const struct choice *c, size_t enough)
{
    unsigned length, times;
    size_t rows = 0;

    for (size_t at = 0; at < c->count && rows <= enough;
         at += (size_t)length * times, rows += length)
        find_loop(c, at, &length, &times);
    return rows;
}

/* The least to ask of a message so that the rows fit. */
static void choose_to_fit(const struct messages *m, const struct view *v,
                          struct choice *c)
{
    for (int least = BORING; least <= INTERESTING; least++) {
        choose(m, &v->in.names, least, c);
        if (!v->max || rows_of(c, v->max) <= v->max)
            return;
    }
}

/* --- columns and rows --------------------------------------------------- */

static unsigned column_of(struct diagram *d, const struct names *n,
                          uint32_t thread)
{
    size_t i;

    for (i = 0; i < d->column_count; i++)
        if (d->columns[i].thread == thread)
            return (unsigned)i;
    array_need_room(d->columns, d->column_count, d->column_room);
    d->columns[i].thread = thread;
    d->columns[i].task = names_task_of(n, thread);
    names_title(n, thread, d->columns[i].title);
    d->column_count++;
    return (unsigned)i;
}

/* An IRQ object has no column of its own: it is the kernel's. */
static uint32_t from_thread(const struct message *m)
{
    return m->kind == MESSAGE_IRQ ? 0 : m->from;
}

static struct row *add_row(struct diagram *d, const struct names *n,
                           const struct message *m)
{
    array_need_room(d->rows, d->row_count, d->row_room);

    struct row *r = &d->rows[d->row_count++];
    *r = (struct row){.message = m};
    if (m->record.event == VTR_END)
        return r;
    r->from = column_of(d, n, from_thread(m));
    r->to = column_of(d, n, m->to);
    return r;
}

/* Rows for the loop at `at`, or for one message. */
static size_t add_rows(struct diagram *d, const struct names *n,
                       const struct choice *c, size_t at)
{
    size_t first = d->row_count;
    unsigned length, times;

    find_loop(c, at, &length, &times);
    for (unsigned i = 0; i < length; i++)
        add_row(d, n, c->all[at + i]);
    if (times > 1) {
        d->rows[first].loop_length = length;
        d->rows[first].loop_times = times;
        d->rows[first].loop_end = c->all[at + (size_t)length * times - 1]->time;
    }
    return at + (size_t)length * times;
}

void diagram_make(struct diagram *d, struct view *v)
{
    const struct messages *m = &d->messages;
    struct choice c;
    size_t at = 0, shown = 0; /* messages up to there are accounted for */

    *d = (struct diagram){0};
    messages_collect(&d->messages, v);
    c.all = xcalloc(m->count, sizeof(*c.all));
    choose_to_fit(m, v, &c);
    while (at < c.count && (!v->max || d->row_count < v->max)) {
        size_t first = d->row_count, here = (size_t)(c.all[at] - m->all);
        size_t before = at;
        at = add_rows(d, &v->in.names, &c, at);
        d->rows[first].hidden = here - shown;
        d->hidden +=
            (size_t)(c.all[at - 1] - m->all) + 1 - shown - (at - before);
        shown = (size_t)(c.all[at - 1] - m->all) + 1;
    }
    if (at < c.count)
        d->left_out = m->count - shown;
    else
        d->hidden += m->count - shown;
    d->left_out += m->beyond;
    free(c.all);
}

void diagram_free(struct diagram *d)
{
    messages_free(&d->messages);
    free(d->columns);
    free(d->rows);
}
