/* Opening a trace as every tool does: what is wrong is said in one line and
 * ends the tool with the right exit code. */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "names.h"
#include "reader.h"

struct input {
    const char *path;
    struct reader *reader; /* at the first record */
    struct names names;    /* of the whole trace */
    uint64_t first_time, last_time;
    unsigned cpus;    /* of the machine, 1: not told */
    uint64_t learned; /* records the names are made from */
    char system[17];  /* from the header, printable */
};

/* Opens and reads once: names, times, damage (with INPUT_STRICT any is fatal).
 * INPUT_GROWING: the file is being written, its end is no damage. */
enum { CPUS_MAX = 256 };
enum { INPUT_STRICT = 1, INPUT_GROWING = 2 };
void input_open(struct input *in, const char *path, unsigned flags);
void input_close(struct input *in);

/* The file to read for `path`: it, or what a run that is not over yet writes in
 * its place (FILE.PID.part), for which it waits some seconds. To be freed. */
char *input_growing(const char *path);

#endif
