/*
 * What seeing costs: trace points that are off and on, the file, and what the
 * tools make of 10 million events.
 *
 *      bench_ipc, by the long way --trace--> 10 million events
 *          -> exporters, by their host CPU time and memory
 *      make-trace churn=N  -> capabilities that change all the time
 *      make-trace crowd=N  -> a graph of 10,000 objects
 *      the system-call fuzzer -> reports of events that hardly repeat
 *
 * Traces are made when the first row asks for one, and go with the process.
 */
#include "rows_trace.h"
#include "system.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    IPC_TRACED_TIMES_FLOOR = 6,
    ROUND_TRIP_EVENTS = 10, /* ENTER, IPC, IPC_BLOCK, SWITCH, LEAVE; twice */
    EVENT_MOST_NS = 25,
    EVENT_WRITTEN_MOST_NS = 200, /* 5 million a second */
    OFF_RUNS = 24,
    EXPORT_LEAST_M = 2, /* million events a second */
    TOOL_MOST_MIB = 64,
    GRAPH_AT_MOST_S = 2,
    GRAPH_TIMES = 5,
    DRAW_MOST_S = 10,
    REACH_MOST_S = 5,
    OPENINGS = 3,
};
static const double OFF_MOST = 1.02;

/* The figures of a run with a trace in result. */
static bool run_traced(const struct bench *b, const char *boot, struct row *r)
{
    struct command c;
    char trace[PATH];

    snprintf(trace, sizeof(trace), "%s/bench.vtr", b->build);
    ipc_system(&c, b, boot, trace);
    bool ran = system_run(&c, r);
    unlink(trace);
    return ran;
}

bool measure_ipc_traced(const struct bench *b, struct row *r)
{
    return run_traced(b, IPC_BOOT_FEW, r) &&
           floor_figure(r, "ipc_inter", IPC_TRACED_TIMES_FLOOR);
}

/* What tracing adds to a call and its reply, by event; the floor: nothing. */
bool measure_trace_event(const struct bench *b, struct row *r)
{
    struct command c;
    double plain;

    ipc_system(&c, b, IPC_BOOT_FEW, NULL);
    if (!system_run(&c, r) || !floor_figure(r, "ipc_inter", 0))
        return false;
    plain = r->value;
    if (!run_traced(b, IPC_BOOT_FEW, r) || !floor_figure(r, "ipc_inter", 0))
        return false;
    r->value = (r->value - plain) / ROUND_TRIP_EVENTS;
    r->floor = 0;
    r->target = EVENT_MOST_NS;
    return true;
}

/* So many calls a batch that the ring goes to the file in between: the whole
 * time of a call and its reply, by event. */
bool measure_trace_write(const struct bench *b, struct row *r)
{
    if (!run_traced(b, IPC_BOOT, r) || !floor_figure(r, "ipc_inter", 0))
        return false;
    r->value /= ROUND_TRIP_EVENTS;
    r->floor = 0;
    r->target = EVENT_WRITTEN_MOST_NS;
    return true;
}

/* --- trace points that are off ------------------------------------------ */

/* One run's call and reply in one of the two builds. */
static bool run_off(const struct bench *b, struct row *r, const char *sim,
                    double *best)
{
    struct command c;
    double value;

    ipc_system(&c, b, IPC_BOOT_FEW, NULL);
    snprintf(c.text[0], PATH, "%s/sim-kernel/port/sim/%s", b->build, sim);
    if (!system_run(&c, r))
        return false;
    if (!child_figure(&result, "ipc_inter", &value))
        return cannot(r, "the program printed no such figure");
    *best = value < *best ? value : *best;
    return true;
}

/* In turns, so that what disturbs one disturbs the other; the best of each. */
bool measure_trace_off(const struct bench *b, struct row *r)
{
    double with = 1e18, without = 1e18;

    for (unsigned i = 0; i < OFF_RUNS; i++)
        if (!run_off(b, r, "vitrine-sim", &with) ||
            !run_off(b, r, "vitrine-sim-untraced", &without))
            return false;
    r->value = with / without;
    r->floor = 1;
    r->target = OFF_MOST;
    return true;
}

/* --- traces that rows share ------------------------------------------------
 */

enum { MADE_MAX = 16 };
static char made[MADE_MAX][PATH];
static unsigned made_count;

static void remove_made(void)
{
    for (unsigned i = 0; i < made_count; i++)
        unlink(made[i]);
}

/* A file that goes when the process ends. */
static const char *file_of(const struct bench *b, const char *name,
                           bool *ret_is_there)
{
    char path[PATH];

    snprintf(path, sizeof(path), "%s/bench-%s", b->build, name);
    *ret_is_there = true;
    for (unsigned i = 0; i < made_count; i++)
        if (!strcmp(made[i], path))
            return made[i];
    if (!made_count)
        atexit(remove_made);
    *ret_is_there = false;
    memcpy(made[made_count], path, PATH);
    return made[made_count++];
}

static bool tool_run(struct command *c, struct row *r, const char *what)
{
    if (!child_run(c->argv, &result))
        return cannot(r, "a tool could not be started");
    if (result.code) {
        snprintf(r->why, sizeof(r->why), "%s: exit code %d: %.150s", what,
                 result.code, result.output);
        return false;
    }
    return true;
}

static void tool(struct command *c, const struct bench *b, const char *name)
{
    *c = (struct command){.bench = b};
    command_add(c, "%s", "");
    snprintf(c->text[0], PATH, "%s/tools/vitrine-%s", b->build, name);
}

/* bench_ipc's ten million, by the long way: a record for each event. */
static const char *ipc_trace(const struct bench *b, struct row *r)
{
    bool there;
    const char *path = file_of(b, "ipc.vtr", &there);
    struct command c;

    if (there)
        return path;
    ipc_system(&c, b, "rom/ned rom/ipc.cfg 11200", path);
    command_add(&c, "%s", "--no-fast-path");
    return system_run(&c, r) ? path : NULL;
}

/* By tests/tools/make_trace.c. */
static const char *made_trace(const struct bench *b, struct row *r,
                              const char *kind, const char *name)
{
    bool there;
    const char *path = file_of(b, name, &there);
    struct command c = {.bench = b};

    if (there)
        return path;
    command_add(&c, "%s/tests/tools/make-trace", b->build);
    command_add(&c, "%s", kind);
    command_add(&c, "%s", path);
    return tool_run(&c, r, "make-trace") ? path : NULL;
}

/* The system-call fuzzer's: hardly anything repeats. */
static const char *wild_trace(const struct bench *b, struct row *r)
{
    bool there;
    const char *path = file_of(b, "wild.vtr", &there);
    struct command c = {.bench = b};

    if (there)
        return path;
    command_add(&c, "%s/sim-kernel/port/sim/vitrine-sim", b->build);
    command_add(&c, "--command=%s", "fuzz 1 100000");
    command_add(&c, "--trace=%s", path);
    command_add_program(&c, "sigma0");
    command_add_program(&c, "kfuzz");
    if (!child_run(c.argv, &result) || !strstr(result.output, ": ok")) {
        cannot(r, "the system-call fuzzer failed");
        return NULL;
    }
    return path;
}

/* How many events and how much time, by the first line of the summary. */
static bool extent(const struct bench *b, struct row *r, const char *trace,
                   double *ret_events, double *ret_ns)
{
    struct command c;
    uint64_t events, us;

    tool(&c, b, "trace");
    command_add(&c, "--to=%s", "summary");
    command_add(&c, "%s", trace);
    if (!tool_run(&c, r, "summary"))
        return false;
    const char *at = strstr(result.output, "MiB: ");
    if (!at ||
        sscanf(at, "MiB: %" SCNu64 " records over %" SCNu64, &events, &us) != 2)
        return cannot(r, "the summary says nothing of records");
    *ret_events = (double)events;
    *ret_ns = (double)us * 1000;
    return true;
}

/* --- exporters ---------------------------------------------------------------
 */

static bool export(const struct bench *b, struct row *r, const char *trace,
                   const char *format)
{
    bool there;
    const char *output = file_of(b, "export", &there);
    struct command c;

    tool(&c, b, "trace");
    command_add(&c, "--to=%s", format);
    command_add(&c, "--output=%s", output);
    command_add(&c, "%s", trace);
    bool ran = tool_run(&c, r, format);
    struct child_result kept = result;
    char *argv[] = {"/bin/rm", "-rf", (char *)output, NULL};
    child_run(argv, &result);
    result = kept;
    return ran;
}

bool measure_export(const struct bench *b, struct row *r)
{
    const char *trace = ipc_trace(b, r);
    double events, ns;

    if (!trace || !extent(b, r, trace, &events, &ns) ||
        !export(b, r, trace, r->name + strlen("export_")))
        return false;
    r->value = events / result.cpu_s / 1e6;
    r->target = EXPORT_LEAST_M;
    return true;
}

bool measure_trace_memory(const struct bench *b, struct row *r)
{
    static const char *const formats[] = {
        "summary",  "findings", "path", "ctf",    "perfetto", "chrome", "svg",
        "plantuml", "pcapng",   "vcd",  "sqlite", "csv",      NULL};
    const char *trace = ipc_trace(b, r);

    if (!trace)
        return false;
    for (unsigned i = 0; formats[i]; i++) {
        if (!export(b, r, trace, formats[i]))
            return false;
        if (result.rss_mib > r->value)
            r->value = result.rss_mib;
    }
    r->target = TOOL_MOST_MIB;
    return true;
}

/* --- the graph ---------------------------------------------------------------
 */

/* Two more words for vitrine-graph; its CPU time in r->value, if it is more. */
static bool graph(const struct bench *b, struct row *r, const char *trace,
                  const char *const *words)
{
    struct command c;

    tool(&c, b, "graph");
    for (; *words; words++)
        command_add(&c, "%s", *words);
    command_add(&c, "%s", trace);
    if (!tool_run(&c, r, "graph"))
        return false;
    if (result.cpu_s > r->value)
        r->value = result.cpu_s;
    return true;
}

bool measure_graph_at(const struct bench *b, struct row *r)
{
    const char *trace = made_trace(b, r, "churn=10000000", "churn.vtr");
    bool there;
    const char *output = file_of(b, "graph.svg", &there);
    char at[32];
    double events, ns;

    if (!trace || !extent(b, r, trace, &events, &ns))
        return false;
    for (unsigned i = 1; i <= GRAPH_TIMES; i++) {
        snprintf(at, sizeof(at), "--at=%.0f", ns * i / GRAPH_TIMES);
        if (!graph(b, r, trace, (const char *[]){at, "-o", output, NULL}))
            return false;
    }
    r->target = GRAPH_AT_MOST_S;
    return true;
}

bool measure_graph_draw(const struct bench *b, struct row *r)
{
    const char *trace = made_trace(b, r, "crowd=3333", "crowd.vtr");
    bool there;
    const char *output = file_of(b, "graph.svg", &there);

    r->target = DRAW_MOST_S;
    return trace && graph(b, r, trace, (const char *[]){"-o", output, NULL});
}

/* One that is there, whose path is printed, and one that takes a look at
 * everything (exit code 1). */
bool measure_graph_reach(const struct bench *b, struct row *r)
{
    const char *trace = made_trace(b, r, "crowd=3333", "crowd.vtr");
    const char *yes[] = {"--reach", "client17", "server", NULL};
    const char *no[] = {"--reach", "client17", "client3000", NULL};

    r->target = REACH_MOST_S;
    if (!trace || !graph(b, r, trace, yes))
        return false;
    if (!strstr(result.output, "client17 can reach server now:"))
        return cannot(r, "no witness");
    if (!graph(b, r, trace, no) && result.code != 1)
        return false;
    if (result.cpu_s > r->value)
        r->value = result.cpu_s;
    return true;
}

/* --- the report
 * ---------------------------------------------------------------- */

static bool is_large(const struct row *r)
{
    return strstr(r->name, "_1m");
}

/* The report of the first so many wild events, NULL: not to be had. */
static const char *report(const struct bench *b, struct row *r)
{
    bool there;
    const char *trace = wild_trace(b, r);
    const char *output =
        file_of(b, is_large(r) ? "1m.html" : "100k.html", &there);
    struct command c;

    if (!trace || there)
        return trace ? output : NULL;
    tool(&c, b, "view");
    command_add(&c, "--max=%s", is_large(r) ? "1000000" : "100000");
    command_add(&c, "--output=%s", output);
    command_add(&c, "%s", trace);
    return tool_run(&c, r, "view") ? output : NULL;
}

bool measure_report(const struct bench *b, struct row *r)
{
    const char *output = report(b, r);
    struct stat st;

    if (!output || stat(output, &st))
        return false;
    r->value = (double)st.st_size / 1e6;
    r->target = is_large(r) ? 6 : 1.5;
    return true;
}

/* The page says how long it took, from when its address was entered. */
bool measure_report_open(const struct bench *b, struct row *r)
{
    const char *output = report(b, r);
    char line[4 * PATH];
    unsigned ms;

    if (!output)
        return false;
    snprintf(line, sizeof(line),
             "chromium --headless=new --no-sandbox --disable-gpu "
             "--user-data-dir='%s-profile' --virtual-time-budget=20000 "
             "--dump-dom 'file://%s' 2> /dev/null | "
             "grep -o 'data-ready=\"[0-9]*'; rm -rf '%s-profile'",
             output, output, output);
    for (unsigned i = 0; i < OPENINGS; i++) {
        char *argv[] = {"/bin/sh", "-c", line, NULL};
        child_run(argv, &result);
        if (sscanf(result.output, "data-ready=\"%u", &ms) != 1)
            return cannot(r, "chromium is not there or cannot open the page");
        if (!i || ms < r->value * 1000)
            r->value = ms / 1000.0;
    }
    r->target = is_large(r) ? 2 : 1;
    return true;
}
