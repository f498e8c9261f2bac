/*
 * Who can reach whom, and who could ever: answers with a witness.
 *
 *   now    client --slot 16--> gate calc --> server --slot 20--> irq nic
 *          A task reaches what it holds; through a gate the task that serves
 *          it; a thread's or task's capability reaches the task.
 *   ever   driver --gives--> server --gives--> client
 *          A task may give what it holds to whom it can answer (the holders
 *          of its gates), whom it may send capabilities to (a gate with the
 *          right w), and to tasks it holds. Closed under giving this is the
 *          take-grant model: who could come to hold it if all conspired.
 *
 * Trusted tasks do not conspire: no path leads through them. They are the
 * root servers and the loader, which hold everything, and those named.
 *
 * One breadth-first search, O(capabilities), gives a shortest path.
 * Source: Lipton and Snyder, A Linear Time Algorithm for Deciding Subject
 * Security, 1977.
 *
 * I1  path[i] is reached from path[i - 1] by the capability `by` of path[i],
 *     or, where `by` is NULL, because that is where a gate leads.
 */
#ifndef TOOLS_REACH_H
#define TOOLS_REACH_H

#include "capgraph.h"

struct step {
    uint32_t id;          /* task or object */
    const struct cap *by; /* NULL: the first, or where a gate leads */
};

struct witness {
    struct step *path;
    size_t count, room;
};

/* A set of tasks or objects that a person named. */
struct targets {
    struct map ids;
};

struct reach {
    const struct capgraph *graph;
    struct map trusted; /* task -> anything */
    struct map by_task; /* task -> first of its caps, number + 1 */
    struct map users;   /* server task -> first of ... */
    struct cap **caps;  /* by task */
    struct link {
        const struct cap *cap; /* a capability that leads to the server */
        uint32_t next;         /* number + 1 */
    } * links;
    size_t cap_count, link_count, link_room;
};

/* Of the graph as it is now; `names` tells the root servers. */
void reach_make(struct reach *r, const struct capgraph *g,
                const struct names *names);
void reach_free(struct reach *r);
/* No path goes through the task any more. */
void reach_trust(struct reach *r, uint32_t task);

/* A path from task `from` to one of the targets; false: there is none. */
bool reach_now(const struct reach *r, uint32_t from, const struct targets *to,
               struct witness *ret_witness);
/* A path along which one of the targets could be given to task `to`: from
 * one who holds it; path[0].id is the holder, path[0].by what it holds. */
bool reach_ever(const struct reach *r, uint32_t to, const struct targets *what,
                struct witness *ret_witness);
void witness_free(struct witness *w);

/* The objects called `text`: "#12", a name, a title. False: none. */
bool targets_find(struct targets *t, const struct names *n, const char *text);
bool targets_have(const struct targets *t, uint32_t id);
void targets_free(struct targets *t);

#endif
