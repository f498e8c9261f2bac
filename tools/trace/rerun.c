/*
 * What it takes to run a trace's system again: the words it was asked for
 * with, and what came from outside. `vitrine replay` reads both.
 */
#include "view.h"

#include <inttypes.h>

void export_words(struct view *v)
{
    struct vtr_record r;
    char text[33];

    while (view_next(v, &r)) {
        if (r.event != VTR_RUN)
            continue;
        record_text(&r.arg[1], 4, text);
        fputs(text, v->out);
    }
    fputc('\n', v->out);
}

void export_inputs(struct view *v)
{
    struct vtr_record r;

    while (view_next(v, &r))
        if (r.event == VTR_INPUT)
            fprintf(v->out, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", r.arg[0],
                    r.arg[1], r.arg[2]);
}
