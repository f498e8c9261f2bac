/*
 * Writes trace files for the tests of the tools: records go into chunks as
 * the simulator writes them, with a small story of a system on top.
 */
#ifndef TESTS_WRITER_H
#define TESTS_WRITER_H

#include <l4/vitrine/trace_events.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct writer {
    FILE *file;
    bool zstd;
    unsigned chunk_records; /* a chunk is written when it has these */
    struct vtr_record chunk[8192];
    unsigned count;
    uint64_t time;
    uint32_t thread; /* that runs */
};

void writer_open(struct writer *w, const char *path, const char *system,
                 bool zstd);
void writer_close(struct writer *w);

/* One record at w->time by w->thread; `args` as many as the event has. */
void writer_put(struct writer *w, unsigned event, unsigned flags,
                unsigned count, const uint64_t *args);
#define put(w, event, flags, ...)                                              \
    writer_put((w), (event), (flags),                                          \
               sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),           \
               (uint64_t[]){__VA_ARGS__})
/* VTR_NAME, VTR_IMAGE, VTR_MARK: text behind `first` arguments. */
void writer_text(struct writer *w, unsigned event, uint64_t a0, uint64_t a1,
                 unsigned first, const char *text);

/*
 * The story: sigma0, moe and ned boot; ned starts a server and two clients
 * on a gate; a page fault each, calls in a loop, an error reply, an
 * interrupt, a wild write that is reported, the end. With a snapshot at the
 * end that fits; `lie` changes one right in it.
 */
void write_story(struct writer *w, bool lie);

/* The story's system at work until there are `records` in all, for figures. */
void write_many(struct writer *w, unsigned long records);

/* The same with capabilities that come and go all the time. */
void write_churn(struct writer *w, unsigned long records);

/* A system of `tasks` clients that hold the same server's gate, for speed. */
void write_crowd(struct writer *w, unsigned tasks);

#endif
