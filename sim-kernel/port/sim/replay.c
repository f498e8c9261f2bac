/*
 * Replay: what came from outside in an earlier run comes again.
 *
 *      SOURCE VALUE LOOK       one input a line, as its trace has them
 *      0 104 17                console byte 104 came at the 17th look
 *      1 8812345 0             the host's clock, when a program asked
 *
 * The simulator looks for console input at moments that its own run decides.
 * So the number of the look, not the time, says exactly when a byte came:
 * the same run makes the same looks.
 *
 * I1  Inputs of one source are taken in the order of the file.
 */
#include "sim.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONSOLE, HOST_CLOCK, SOURCES };

struct input {
    uint64_t value, look;
};

static struct {
    struct input *all;
    size_t count, next;
} replay[SOURCES];

static void replay_add(unsigned source, uint64_t value, uint64_t look)
{
    size_t n = replay[source].count++;
    if (!(n & (n - 1))) /* room for the next power of two */
        replay[source].all =
            realloc(replay[source].all, (n ? 2 * n : 1) * sizeof(struct input));
    if (!replay[source].all)
        sim_die("out of memory");
    replay[source].all[n] = (struct input){value, look};
}

void replay_init(void)
{
    unsigned source;
    uint64_t value, look;
    if (!sim_options.replay)
        return;
    FILE *f = fopen(sim_options.replay, "r");
    if (!f)
        sim_die("%s: cannot read the inputs: %s", sim_options.replay,
                strerror(errno));
    while (fscanf(f, "%u %" SCNu64 " %" SCNu64, &source, &value, &look) == 3)
        if (source < SOURCES)
            replay_add(source, value, look);
    fclose(f);
}

int replay_console(uint64_t look)
{
    const struct input *i = replay[CONSOLE].all + replay[CONSOLE].next;
    if (replay[CONSOLE].next == replay[CONSOLE].count || i->look != look)
        return -1;
    replay[CONSOLE].next++;
    return (uint8_t)i->value;
}

int64_t replay_host_ns(void)
{
    if (replay[HOST_CLOCK].next == replay[HOST_CLOCK].count)
        return -1;
    return (int64_t)replay[HOST_CLOCK].all[replay[HOST_CLOCK].next++].value;
}
