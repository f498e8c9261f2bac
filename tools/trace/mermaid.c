/*
 * The sequence diagram in Mermaid's language, for Markdown pages and
 * https://mermaid.live: calls as solid arrows, answers dashed, loops as
 * `loop` blocks.
 */
#include "diagram.h"

#include <inttypes.h>

/* Mermaid reads ; and # as its own, and some words end a block. */
static void label(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (*text == ';' || *text == '#')
            fprintf(f, "#%d;", *text);
        else if (*text == '<' || *text == '>')
            fputs(*text == '<' ? "&lt;" : "&gt;", f);
        else
            fputc(*text, f);
    }
}

static const char *arrow(const struct message *m)
{
    if (message_is_answer(m))
        return "-->>";
    return m->kind == MESSAGE_SEND || m->kind == MESSAGE_IRQ ? "-)" : "->>";
}

static void draw_row(const struct view *v, const struct diagram *d,
                     const struct row *r)
{
    const struct message *m = r->message;
    char text[MESSAGE_TEXT];

    message_text(m, &v->in.names, text);
    if (m->record.event == VTR_END) {
        if (!d->column_count)
            return;
        fputs("    Note over T0", v->out);
        if (d->column_count > 1)
            fprintf(v->out, ",T%zu", d->column_count - 1);
    } else if (message_is_note(m)) {
        fprintf(v->out, "    Note over T%u", r->from);
    } else {
        fprintf(v->out, "    T%u%sT%u", r->from, arrow(m), r->to);
    }
    fputs(": ", v->out);
    label(v->out, text);
    fputc('\n', v->out);
}

void export_mermaid(struct view *v)
{
    struct diagram d;
    unsigned in_loop = 0;

    diagram_make(&d, v);
    fputs("sequenceDiagram\n", v->out);
    for (size_t i = 0; i < d.column_count; i++) {
        fprintf(v->out, "    participant T%zu as ", i);
        label(v->out, d.columns[i].title);
        fputc('\n', v->out);
    }
    for (size_t i = 0; i < d.row_count; i++) {
        if (d.rows[i].hidden)
            fprintf(v->out, "    %%%% %zu messages of servers left out\n",
                    d.rows[i].hidden);
        if (d.rows[i].loop_length) {
            in_loop = d.rows[i].loop_length;
            fprintf(v->out, "    loop %u times\n", d.rows[i].loop_times);
        }
        draw_row(v, &d, &d.rows[i]);
        if (in_loop && !--in_loop)
            fputs("    end\n", v->out);
    }
    if (d.left_out && d.column_count)
        fprintf(v->out, "    Note over T0: %zu more messages\n", d.left_out);
    diagram_free(&d);
}
