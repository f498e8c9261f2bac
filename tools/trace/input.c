/* The first pass of input.h. */
#include "input.h"
#include "util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void learn(struct input *in)
{
    struct vtr_record r;
    bool first = true;

    while (reader_next(in->reader, &r)) {
        names_feed(&in->names, &r);
        if (first)
            in->first_time = r.time;
        in->last_time = r.time;
        first = false;
    }
    in->learned = reader_count(in->reader);
}

void input_open(struct input *in, const char *path, bool strict)
{
    char why[512];

    *in = (struct input){.path = path};
    if (access(path, R_OK))
        die(EXIT_BAD_USAGE, "%s: %s", path, strerror(errno));
    in->reader = reader_open(path, why, sizeof(why));
    if (!in->reader)
        die(EXIT_BAD_TRACE, "%s", why);
    header_text(reader_header(in->reader)->system, in->system);
    learn(in);

    const char *damage = reader_damage(in->reader);
    if (damage)
        complain("%s: %s", path, damage);
    if (damage && (strict || !reader_count(in->reader)))
        exit(EXIT_BAD_TRACE);
    reader_rewind(in->reader);
}

void input_close(struct input *in)
{
    names_free(&in->names);
    reader_close(in->reader);
}
