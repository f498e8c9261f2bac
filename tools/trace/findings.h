/*
 * What is wrong, or worth a look, in a trace: found by the tool, so that
 * nobody has to read a million lines.
 *
 *   deadlock      a cycle of threads that wait for one another, for ever
 *   stuck         a call that was never answered
 *   inversion     an urgent thread waits for one that a third keeps from
 *                 running, with a priority between the two
 *   unused        a capability that was handed on and never used
 *   leak          a task that gathers capabilities it neither uses nor frees
 *   chatty        the same small call again and again
 *   fault, lost   what the kernel itself reported
 *
 * One pass; memory grows with threads and capabilities, not with records.
 * Each finding is a line, with more lines that show it.
 */
#ifndef TOOLS_FINDINGS_H
#define TOOLS_FINDINGS_H

#include "messages.h"
#include "states.h"

struct finding {
    const char *kind; /* "deadlock" */
    bool bad;         /* else: worth a look */
    uint64_t time;    /* ns, when it began */
    char *text;       /* one line, then more */
};

struct findings {
    struct finding *all;
    size_t count, room;
};

/* Reads the trace from the start, as the view chooses. */
void findings_collect(struct findings *f, struct view *v);
void findings_free(struct findings *f);

/* For the finders. The stream's text becomes a finding at findings_end(). */
struct finder {
    struct findings *findings;
    struct view *view;
    struct states states;
    uint64_t end_reason, end_time; /* reason ~0: the trace does not tell */
    FILE *text;
    char *buffer;
    size_t length;
};
FILE *finding_begin(struct finder *f);
void finding_end(struct finder *f, const char *kind, bool bad, uint64_t time);
/* "anna (meet.c:14)" */
void finding_thread(struct finder *f, uint32_t thread, uint64_t ip);

void find_deadlocks(struct finder *f);
void find_stuck(struct finder *f);

struct inversion;
struct inversion *inversion_new(void);
void inversion_feed(struct inversion *i, struct finder *f,
                    const struct vtr_record *r);
void inversion_finish(struct inversion *i, struct finder *f);

struct cap_use;
struct cap_use *cap_use_new(void);
void cap_use_feed(struct cap_use *c, const struct names *n,
                  const struct vtr_record *r);
void cap_use_finish(struct cap_use *c, struct finder *f);

struct chatty;
struct chatty *chatty_new(void);
void chatty_feed(struct chatty *c, const struct vtr_record *r);
void chatty_finish(struct chatty *c, struct finder *f);

#endif
