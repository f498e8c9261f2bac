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
        a->via != b->via || message_is_note(a))
        return false;
    if (telling_word(a) != telling_word(b))
        return false;
    if (a->kind == MESSAGE_INVOKE)
        return a->record.arg[3] == b->record.arg[3];
    if (a->kind == MESSAGE_RESULT)
        return a->record.arg[1] == b->record.arg[1];
    return a->record.arg[3] == b->record.arg[3]; /* tag */
}

/* How often the `length` messages at `at` come again right behind. */
static unsigned rounds(const struct messages *m, size_t at, unsigned length)
{
    size_t i = at + length;

    while (i < m->count && same(&m->all[i], &m->all[i - length]))
        i++;
    return (unsigned)((i - at) / length);
}

/* The loop at `at` that saves most; length 1 and times 1: none. A loop begins
 * with a request: it should read as call and answer. */
static void find_loop(const struct messages *m, size_t at, unsigned *ret_length,
                      unsigned *ret_times)
{
    size_t saved = 0;

    *ret_length = *ret_times = 1;
    if (message_is_answer(&m->all[at]))
        return;
    for (unsigned length = 1; length <= LOOP_MAX; length++) {
        unsigned times = rounds(m, at, length);
        if (times > 1 && (size_t)length * (times - 1) > saved) {
            saved = (size_t)length * (times - 1);
            *ret_length = length;
            *ret_times = times;
        }
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

void diagram_make(struct diagram *d, struct view *v)
{
    const struct messages *m = &d->messages;
    unsigned length, times;
    size_t at = 0;

    *d = (struct diagram){0};
    messages_collect(&d->messages, v);
    while (at < m->count && (!v->max || d->row_count < v->max)) {
        find_loop(m, at, &length, &times);
        size_t first = d->row_count;
        for (unsigned i = 0; i < length; i++)
            add_row(d, &v->in.names, &m->all[at + i]);
        at += (size_t)length * times;
        if (times > 1) {
            d->rows[first].loop_length = length;
            d->rows[first].loop_times = times;
            d->rows[first].loop_end = m->all[at - 1].time;
        }
    }
    d->left_out = m->count - at;
}

void diagram_free(struct diagram *d)
{
    messages_free(&d->messages);
    free(d->columns);
    free(d->rows);
}
