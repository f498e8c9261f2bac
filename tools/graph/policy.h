/*
 * A small policy about who may hold and reach what, checked over a whole
 * trace:
 *
 *      # the disk is the driver's alone
 *      trust supervisor
 *      never client reaches disk
 *      never client could-get disk
 *      never "client b" holds disk
 *      only driver hold disk
 *      expect client holds calc rw
 *
 * `reaches` and `could-get` are reach.h's two questions. The trusted (root
 * servers, loader, those named) are left out of `only` and of all paths.
 * `expect` lines are an intended graph: what must be held when it is asked.
 *
 * What is reached only grows while capabilities are added. So it is enough to
 * look right before something is taken away, and at the end: nothing in
 * between is missed.
 *
 * I1  Each rule is reported at most once, with the first time it was broken.
 */
#ifndef TOOLS_POLICY_H
#define TOOLS_POLICY_H

#include "explain.h"

struct policy;

/* Dies with a line number if the file cannot be read or understood. */
struct policy *policy_load(const char *path);
void policy_free(struct policy *p);

/* Before each record is fed to the graph. */
void policy_watch(struct policy *p, const struct explain *e,
                  const struct vtr_record *next);
/* At the end, or at the moment asked for; returns how many rules are broken. */
size_t policy_finish(struct policy *p, const struct explain *e, uint64_t time);

#endif
