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
    uint64_t learned; /* records the names are made from */
    char system[17];  /* from the header, printable */
};

/* Opens and reads once: names, times, damage (with `strict` any is fatal). */
void input_open(struct input *in, const char *path, bool strict);
void input_close(struct input *in);

#endif
