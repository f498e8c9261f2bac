/*
 * ps, top, caps, maps, kill: programs seen from outside.
 *
 * Two servers know programs: proc, what was started here ("7"), and ned, what
 * belongs to the system ("n7"). Both answer proc.iface.
 */
#include "builtin.h"
#include "console.h"
#include "job.h"
#include "proc-client.h"
#include "process-client.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <l4/sys/err.h>
#include <l4/vitrine/process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 2, TOP_MAX = 64, SIGNAL_TERMINATE = 15 };

static const struct source {
    const char *prefix, *cap;
} sources[SOURCES] = {{"n", "ned"}, {"", "proc"}};

/* One line of the list. */
struct entry {
    const struct source *source;
    l4_umword_t id, state, time_us;
    char name[PROC_NEXT_NAME_MAX + 1];
};

/* The program after *e, which begins as {0}; false: there is none. */
static bool entry_next(struct entry *e)
{
    if (!e->source)
        e->source = sources;
    for (; e->source < sources + SOURCES; e->source++, e->id = 0)
        if (proc_next(l4re_env_get_cap(e->source->cap), e->id, &e->id,
                      &e->state, &e->time_us, e->name) >= 0)
            return true;
    return false;
}

static bool is_there(l4_umword_t state)
{
    return state == PROCESS_RUNNING || state == PROCESS_HELD;
}

/* "7", "n7", or a name; false: there is no such program. */
static bool entry_find(const char *text, struct entry *ret_entry)
{
    char number[24];
    struct entry e = {0};
    while (entry_next(&e)) {
        snprintf(number, sizeof number, "%s%lu", e.source->prefix,
                 (unsigned long)e.id);
        if (!strcmp(text, number) ||
            (is_there(e.state) && !strcmp(text, e.name))) {
            *ret_entry = e;
            return true;
        }
    }
    tell("%s: there is no such program (see ps)\n", text);
    return false;
}

/* A capability to it, in a slot the caller frees. */
static bool entry_open(const char *command, const char *text,
                       l4_cap_idx_t *ret_process)
{
    struct entry e;
    if (!entry_find(text, &e))
        return false;
    *ret_process = l4re_util_cap_alloc();
    long error = proc_open(l4re_env_get_cap(e.source->cap), e.id, *ret_process);
    if (error < 0) {
        tell("%s: %s: %s\n", command, text, l4sys_errtostr(error));
        l4re_util_cap_free(*ret_process);
    }
    return error >= 0;
}

static const char *state_text(l4_umword_t state)
{
    static const char *const texts[] = {"new",     "runs",   "exited",
                                        "faulted", "killed", "stopped"};
    return state < sizeof texts / sizeof texts[0] ? texts[state] : "?";
}

int do_ps(int argc, char **argv)
{
    struct entry e = {0};
    (void)argc, (void)argv;
    say("   ID STATE        CPU ms NAME\n");
    while (entry_next(&e)) {
        char number[24];
        snprintf(number, sizeof number, "%s%lu", e.source->prefix,
                 (unsigned long)e.id);
        say("%5s %-8s %6lu.%03lu %s\n", number, state_text(e.state),
            (unsigned long)e.time_us / 1000, (unsigned long)e.time_us % 1000,
            e.name);
    }
    return 0;
}

/* --- top
 * ---------------------------------------------------------------------- */

static unsigned entries_all(struct entry *all)
{
    unsigned n = 0;
    struct entry e = {0};
    while (n < TOP_MAX && entry_next(&e))
        all[n++] = e;
    return n;
}

static int by_time(const void *a, const void *b)
{
    l4_umword_t x = ((const struct entry *)a)->time_us;
    l4_umword_t y = ((const struct entry *)b)->time_us;
    return (x < y) - (x > y);
}

/* What each used since `before`: instead of all it ever did. */
static void entries_subtract(struct entry *now, unsigned count,
                             const struct entry *before, unsigned before_count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < before_count; k++)
            if (now[i].source == before[k].source &&
                now[i].id == before[k].id &&
                now[i].time_us >= before[k].time_us)
                now[i].time_us -= before[k].time_us;
}

static void top_line(const struct entry *e, l4_umword_t span)
{
    char name[PROCESS_INFO_NAME_MAX + 1];
    l4_umword_t id, state, us, memory = 0, limit, caps;
    long code;
    l4_cap_idx_t p = l4re_util_cap_alloc();
    if (proc_open(l4re_env_get_cap(e->source->cap), e->id, p) >= 0)
        process_info(p, &id, &state, &code, &us, &memory, &limit, &caps, name);
    l4re_util_cap_free_um(p);
    l4_umword_t share = e->time_us * 1000 / (span ? span : 1);
    say("%3lu.%lu %8lu %s\n", (unsigned long)share / 10,
        (unsigned long)share % 10, (unsigned long)memory >> 10, e->name);
}

int do_top(int argc, char **argv)
{
    static struct entry before[TOP_MAX], now[TOP_MAX];
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
    l4_kernel_clock_t start = l4_kip_clock(l4re_kip());
    unsigned before_count = entries_all(before);
    l4_kernel_clock_t end = start + (l4_umword_t)(seconds * 1e6), clock;
    while ((clock = l4_kip_clock(l4re_kip())) < end)
        if (console_wait(end - clock) == EVENT_INTERRUPT)
            break;
    unsigned count = entries_all(now);
    l4_umword_t span = l4_kip_clock(l4re_kip()) - start;
    entries_subtract(now, count, before, before_count);
    qsort(now, count, sizeof now[0], by_time);
    say(" CPU%%   MEMORY NAME\n            KiB\n");
    for (unsigned i = 0; i < count; i++)
        if (is_there(now[i].state))
            top_line(&now[i], span);
    return 0;
}

/* --- caps, maps
 * ------------------------------------------------------------------ */

int do_caps(int argc, char **argv)
{
    char name[PROCESS_CAPABILITY_NAME_MAX + 1];
    l4_umword_t slot = 0, unnamed = 0;
    l4_cap_idx_t p;
    if (argc != 2 || !entry_open("caps", argv[1], &p))
        return 1;
    for (; process_capability(p, slot, &slot, name) >= 0; slot++) {
        unnamed += !*name;
        if (*name)
            say("%4lx %s\n", (unsigned long)slot, name);
    }
    say("     and %lu of its own\n", (unsigned long)unnamed);
    l4re_util_cap_free_um(p);
    return 0;
}

int do_maps(int argc, char **argv)
{
    l4_umword_t at = 0, start, size, flags;
    l4_cap_idx_t p;
    if (argc != 2 || !entry_open("maps", argv[1], &p))
        return 1;
    for (; process_region(p, at, &start, &size, &flags) >= 0; at = start + size)
        say("%012lx-%012lx %c%c%c %6lu KiB\n", (unsigned long)start,
            (unsigned long)(start + size), flags & L4RE_RM_F_R ? 'r' : '-',
            flags & L4RE_RM_F_W ? 'w' : '-', flags & L4RE_RM_F_X ? 'x' : '-',
            (unsigned long)size >> 10);
    l4re_util_cap_free_um(p);
    return 0;
}

/* --- kill
 * -------------------------------------------------------------------------- */

static int kill_one(const char *what)
{
    l4_cap_idx_t p;
    if (*what == '%') {
        struct job *j = job_find(what);
        if (!j) {
            tell("kill: %s: there is no such job\n", what);
            return 1;
        }
        job_kill(j, SIGNAL_TERMINATE);
        return 0;
    }
    if (!entry_open("kill", what, &p))
        return 1;
    long error = process_kill(p, SIGNAL_TERMINATE);
    if (error < 0)
        tell("kill: %s: %s\n", what, l4sys_errtostr(error));
    l4re_util_cap_free_um(p);
    return error < 0;
}

int do_kill(int argc, char **argv)
{
    int status = argc < 2 ? 2 : 0;
    if (argc < 2)
        tell("usage: kill PROGRAM|%%JOB ...\n");
    for (int i = 1; i < argc; i++)
        status |= kill_one(argv[i]);
    return status;
}
