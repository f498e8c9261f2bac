/*
 * What an exporter gets: the trace, the names, and what the person asked
 * to see. An exporter is one function; main.c has the table of them.
 */
#ifndef TOOLS_VIEW_H
#define TOOLS_VIEW_H

#include "input.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { ONLY_MAX = 16 };

struct view {
    struct input in; /* at the first record */
    FILE *out;
    const char *programs; /* folder of ELF files, NULL: none */
    const char *path;     /* of the output, NULL: the terminal */

    /* what was asked for */
    const char *only[ONLY_MAX]; /* tasks, NULL ended if fewer */
    uint64_t from, until;       /* ns, both included */
    uint64_t events;            /* bit per event number, 0: all */
    bool by_label;              /* only messages with `label` */
    uint64_t label;
    unsigned max; /* messages in a diagram, 0: all */
    bool follow;  /* wait for more at the end */
    bool kernel;  /* invocations of kernel objects, too */

    /* view_keep_words(): the words of a request that go before its IPC record,
     * and whether that has come */
    struct vtr_record more;
    bool more_is_told;
};

/* The next record, for all exporters; with `follow` it waits for one until
 * the system that writes the trace has ended. */
bool view_next(struct view *v, struct vtr_record *ret_record);
/* Keeps what a record says of the next; view_next() does it itself. */
void view_keep_words(struct view *v, const struct vtr_record *r);
/* Is the thread's task one of those asked for (or none were)? */
bool view_wants_thread(const struct view *v, uint64_t thread);
/* Is the record inside the time asked for, and of a task asked for? */
bool view_wants(const struct view *v, const struct vtr_record *r);

/* One record as a line of text. */
void text_record(const struct view *v, const struct vtr_record *r, FILE *out);

void export_text(struct view *v);
void export_summary(struct view *v);
void export_csv(struct view *v);
void export_json(struct view *v);
void export_mermaid(struct view *v);
void export_svg(struct view *v);
void export_chrome(struct view *v);
void export_perfetto(struct view *v);
void export_ctf(struct view *v);
void export_pcapng(struct view *v);
void export_vcd(struct view *v);
void export_plantuml(struct view *v);
void export_mscgen(struct view *v);
void export_findings(struct view *v);
void export_path(struct view *v);
void export_story(struct view *v);
void export_words(struct view *v);
void export_inputs(struct view *v);
void export_sqlite(struct view *v);

#endif
