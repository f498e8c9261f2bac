/*
 * The sequence diagram in mscgen's language: calls as arrows, answers dashed;
 * a loop, which the language does not have, stands between two rules.
 */
#include "diagram.h"

/* Inside a quoted label: no quotes, no escapes. */
static void label(FILE *f, const char *text)
{
    for (; *text; text++)
        fputc(*text == '"' || *text == '\\' ? '\'' : *text, f);
}

static const char *arrow(const struct message *m)
{
    if (message_is_answer(m))
        return ">>";
    return m->kind == MESSAGE_SEND || m->kind == MESSAGE_IRQ ? "->" : "=>";
}

static void draw_row(const struct view *v, const struct row *r)
{
    const struct message *m = r->message;
    char text[MESSAGE_TEXT];

    message_text(m, &v->in.names, text);
    if (m->record.event == VTR_END)
        fputs("  --- [label=\"", v->out);
    else if (message_is_note(m))
        fprintf(v->out, "  T%u note T%u [label=\"", r->from, r->from);
    else
        fprintf(v->out, "  T%u %s T%u [label=\"", r->from, arrow(m), r->to);
    label(v->out, text);
    fputs("\"];\n", v->out);
}

static void rule(const struct view *v, size_t count, const char *after)
{
    fprintf(v->out, "  --- [label=\"%zu%s\", textcolour=\"#666666\"];\n", count,
            after);
}

void export_mscgen(struct view *v)
{
    struct diagram d;
    unsigned in_loop = 0;

    diagram_make(&d, v);
    fputs("msc {\n  hscale = \"1.8\", wordwraparcs = on;\n  ", v->out);
    for (size_t i = 0; i < d.column_count; i++) {
        fprintf(v->out, "%sT%zu [label=\"", i ? ", " : "", i);
        label(v->out, d.columns[i].title);
        fputs("\"]", v->out);
    }
    if (!d.column_count)
        fputs("T0 [label=\"nothing to show\"]", v->out);
    fputs(";\n", v->out);
    for (size_t i = 0; i < d.row_count; i++) {
        if (d.rows[i].hidden)
            rule(v, d.rows[i].hidden, " messages of servers left out");
        if (d.rows[i].loop_length) {
            in_loop = d.rows[i].loop_length;
            rule(v, d.rows[i].loop_times, " times:");
        }
        draw_row(v, &d.rows[i]);
        if (in_loop && !--in_loop)
            fputs("  --- [label=\"(end of what repeats)\"];\n", v->out);
    }
    if (d.left_out)
        rule(v, d.left_out, " more messages");
    fputs("}\n", v->out);
    diagram_free(&d);
}
