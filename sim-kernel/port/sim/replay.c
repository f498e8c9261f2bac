/*
 * Replay: what came from outside in an earlier run comes again.
 *
 *      SOURCE VALUE LOOK       one input a line, as its trace has them
 *      0 104 17                console byte 104 came at the 17th look
 *      1 8812345 0             the host's clock, when a program asked
 *      2 60 250                a frame of 60 bytes, for adapter 0, came at the
 *      2 13832... 250          250th look at the wires: eight bytes each
 *
 * The simulator looks for console input at moments that its own run decides.
 * So the number of the look, not the time, says exactly when a byte came:
 * the same run makes the same looks.
 *
 * A live run that is watched keeps its inputs, for when it goes back.
 *
 * I1  Inputs of one source are taken in the order of the file.
 */
#include "sim.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 1 << 16 };

struct input {
    uint64_t value, look;
};

/* `kept`: of a live run that may go back; copies share them. */
static struct {
    struct input *all;
    size_t count, next;
    struct kept {
        size_t count;
        struct input all[KEPT_MAX];
    } * kept;
} replay[INPUT_SOURCES];

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

void replay_keep(unsigned source, uint64_t value, uint64_t look)
{
    struct kept *k = replay[source].kept;
    if (!k || k->count == KEPT_MAX)
        return;
    k->all[k->count++] = (struct input){value, look};
    replay[source].next++;
}

bool replay_left(unsigned source)
{
    struct kept *k = replay[source].kept;
    if (!k || replay[source].next == k->count)
        return false;
    replay[source].all = k->all;
    replay[source].count = k->count;
    return true;
}

void replay_init(void)
{
    unsigned source;
    uint64_t value, look;
    for (source = 0; control_on() && source < INPUT_SOURCES; source++)
        if (!sim_options.replay)
            replay[source].kept = checkpoint_share(sizeof(struct kept));
    if (!sim_options.replay)
        return;
    FILE *f = fopen(sim_options.replay, "r");
    if (!f)
        sim_die("%s: cannot read the inputs: %s", sim_options.replay,
                strerror(errno));
    while (fscanf(f, "%u %" SCNu64 " %" SCNu64, &source, &value, &look) == 3)
        if (source < INPUT_SOURCES)
            replay_add(source, value, look);
    fclose(f);
}

bool replay_take(unsigned source, uint64_t look, uint64_t *ret_value)
{
    const struct input *i = replay[source].all + replay[source].next;
    if (replay[source].next == replay[source].count || i->look != look)
        return false;
    replay[source].next++;
    *ret_value = i->value;
    return true;
}

int replay_console(uint64_t look)
{
    uint64_t byte;
    return replay_take(INPUT_CONSOLE, look, &byte) ? (uint8_t)byte : -1;
}

int64_t replay_host_ns(void)
{
    if (replay[INPUT_HOST_CLOCK].next == replay[INPUT_HOST_CLOCK].count)
        return -1;
    return (int64_t)replay[INPUT_HOST_CLOCK]
        .all[replay[INPUT_HOST_CLOCK].next++]
        .value;
}
