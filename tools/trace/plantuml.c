/*
 * The sequence diagram in PlantUML's language: calls as solid arrows, answers
 * dashed, loops as groups, threads of one task in a box.
 */
#include "diagram.h"

#include <string.h>

/* What PlantUML would read as markup becomes its Unicode number. */
static void label(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>*_~\"\\/-=", *text))
            fprintf(f, "<U+%04X>", (unsigned)(unsigned char)*text);
        else
            fputc(*text, f);
    }
}

static const char *arrow(const struct message *m)
{
    if (message_is_answer(m))
        return "-->";
    return m->kind == MESSAGE_SEND || m->kind == MESSAGE_IRQ ? "->>" : "->";
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
        fputs("note across : ", v->out);
    } else if (message_is_note(m)) {
        fprintf(v->out, "note over T%u : ", r->from);
    } else {
        fprintf(v->out, "T%u %s T%u : ", r->from, arrow(m), r->to);
    }
    label(v->out, text);
    fputc('\n', v->out);
}

void export_plantuml(struct view *v)
{
    struct diagram d;
    unsigned in_loop = 0;

    diagram_make(&d, v);
    fputs("@startuml\nhide footbox\n", v->out);
    for (size_t i = 0; i < d.column_count; i++)
        fprintf(v->out, "participant \"%s\" as T%zu\n", d.columns[i].title, i);
    for (size_t i = 0; i < d.row_count; i++) {
        if (d.rows[i].hidden)
            fprintf(v->out, "... %zu messages of servers left out ...\n",
                    d.rows[i].hidden);
        if (d.rows[i].loop_length) {
            in_loop = d.rows[i].loop_length;
            fprintf(v->out, "loop %u times\n", d.rows[i].loop_times);
        }
        draw_row(v, &d, &d.rows[i]);
        if (in_loop && !--in_loop)
            fputs("end\n", v->out);
    }
    if (d.left_out && d.column_count)
        fprintf(v->out, "... %zu more messages ...\n", d.left_out);
    fputs("@enduml\n", v->out);
    diagram_free(&d);
}
