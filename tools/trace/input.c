/* The first pass of input.h. */
#include "input.h"
#include "interfaces.h"
#include "util.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void learn(struct input *in)
{
    struct vtr_record r;

    in->cpus = 1;
    reader_only(in->reader, NAMES_EVENTS);
    while (reader_next(in->reader, &r)) {
        names_feed(&in->names, &r);
        if (r.event == VTR_BOOT && r.arg[2] >= 1 && r.arg[2] <= CPUS_MAX)
            in->cpus = (unsigned)r.arg[2];
        if (r.time > in->last_time)
            in->last_time = r.time;
    }
    in->first_time = reader_first_time(in->reader);
    in->learned = reader_count(in->reader);
    reader_only(in->reader, 0);
}

void input_open(struct input *in, const char *path, unsigned flags)
{
    char why[512];

    static bool loaded;

    if (!loaded)
        interfaces_load(getenv("VITRINE_INTERFACES"));
    loaded = true;
    *in = (struct input){.path = path};
    if (access(path, R_OK))
        die(EXIT_BAD_USAGE, "%s: %s", path, strerror(errno));
    in->reader = reader_open(path, why, sizeof(why));
    if (!in->reader)
        die(EXIT_BAD_TRACE, "%s", why);
    header_text(reader_header(in->reader)->system, in->system);
    if (flags & INPUT_GROWING)
        reader_grow(in->reader);
    learn(in);

    const char *damage = reader_damage(in->reader);
    if (damage)
        complain("%s: %s", path, damage);
    if (damage && (flags & INPUT_STRICT || !reader_count(in->reader)))
        exit(EXIT_BAD_TRACE);
    reader_rewind(in->reader);
}

char *input_growing(const char *path)
{
    enum { LOOK_MS = 50, WAIT_MS = 5000 };
    char pattern[4096];
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s.*.part", path);
    for (unsigned ms = 0; ms < WAIT_MS; ms += LOOK_MS) {
        if (!glob(pattern, 0, NULL, &found)) {
            char *name = xstrdup(found.gl_pathv[0]);
            globfree(&found);
            return name;
        }
        if (!access(path, R_OK))
            break;
        usleep(LOOK_MS * 1000);
    }
    return xstrdup(path);
}

void input_close(struct input *in)
{
    names_free(&in->names);
    reader_close(in->reader);
}
