/* What was asked of vitrine-graph, on its command line. */
#ifndef TOOLS_GRAPH_OPTIONS_H
#define TOOLS_GRAPH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *path, *output, *focus, *programs;
    const char *reach_from, *reach_to; /* NULL: not asked */
    const char *check, *origin;
    uint64_t at; /* ns */
    uint64_t diff_from, diff_until;
    uint32_t kinds; /* bit per enum vtr_type, 0: all */
    bool diff;
    bool peak; /* at the most interesting moment */
    bool verify, strict, all, fold;
};

/* Reads the command line; mistakes end the program (103). */
void options_read(struct options *o, int argc, char **argv);

/* "svg", "png", "dot", "json" or "cdl", by the output's ending. */
const char *options_format(const char *output);
/* Something other than a picture was asked for. */
bool options_is_question(const struct options *o);

#endif
