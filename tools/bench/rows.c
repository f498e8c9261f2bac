/*
 * How each figure comes about. All come from running systems; the floors
 * are measured in this process, in the same run.
 *
 * To add a figure: a measure function, a line in `rows`.
 */
#include "rows.h"
#include "child.h"
#include "clock.h"
#include "floor.h"
#include "kernel.h"
#include "rows_files.h"
#include "rows_net.h"
#include "rows_spawn.h"
#include "rows_trace.h"
#include "system.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    IPC_TIMES_FLOOR = 4,
    FAULT_TIMES_FLOOR = 100,
    MAP_TIMES_FLOOR = 18,
    MAP_TOUCH_TIMES_FLOOR = 160,
    STARTS = 15,
    COMPUTE_ROUNDS = 2, /* short: a busy host takes the CPU every few ms */
    COMPUTE_BATCHES = 50,
};

/* --- rows: messages ----------------------------------------------------- */

static bool measure_ipc(const struct bench *b, struct row *r)
{
    struct command c;

    ipc_system(&c, b, IPC_BOOT, NULL);
    return system_run(&c, r) && floor_figure(r, r->name, IPC_TIMES_FLOOR);
}

/* The same calls by the long way: nothing was promised. */
static bool measure_ipc_slow(const struct bench *b, struct row *r)
{
    struct command c;

    ipc_system(&c, b, IPC_BOOT, NULL);
    command_add(&c, "%s", "--no-fast-path");
    return system_run(&c, r) && floor_figure(r, "ipc_inter", 0);
}

/* --- rows: memory -------------------------------------------------------- */

static bool measure_memory(const struct bench *b, struct row *r, double times)
{
    struct command c;

    system_start(&c, b, "rom/ned rom/mem.cfg");
    command_add_program(&c, "sigma0");
    command_add_program(&c, "moe");
    command_add_program(&c, "ned");
    command_add_program(&c, "bench_pager");
    command_add_program(&c, "bench_mem");
    command_add(&c, "%s/tools/bench/mem.cfg", b->root);
    return system_run(&c, r) && floor_figure(r, r->name, times);
}

static bool measure_fault(const struct bench *b, struct row *r)
{
    return measure_memory(b, r, FAULT_TIMES_FLOOR);
}

static bool measure_map(const struct bench *b, struct row *r)
{
    return measure_memory(b, r, MAP_TIMES_FLOOR);
}

static bool measure_map_touch(const struct bench *b, struct row *r)
{
    return measure_memory(b, r, MAP_TOUCH_TIMES_FLOOR);
}

/* --- rows: scale ---------------------------------------------------------- */

enum { KMEM_THREAD_MOST = 1536, KMEM_TASK_MOST = 8192, START_MOST_S = 20 };
enum { SCALE_MEMORY_MIB = 1024, TENTHS = 10, MS = 1000 };
enum { STRETCH_MOST = 100 }; /* steps */
static const double GROWTH_MOST = 1.5;

/* One run gives all of them; true: it is there, or was. */
static bool scale_run(const struct bench *b, struct row *r)
{
    static struct child_result kept;
    static bool done;
    struct command c = {.bench = b};

    if (!done) {
        command_add(&c, "%s/sim-kernel/port/sim/vitrine-sim", b->build);
        command_add(&c, "%s", "--host-clock");
        command_add(&c, "%s", "--ram=2G");
        command_add_program(&c, "sigma0");
        command_add_program(&c, "bench_scale");
        if (!system_run(&c, r))
            return false;
        kept = result;
        done = true;
    }
    result = kept;
    return true;
}

/* r->name at 10,000 against the same at `few`. */
static bool growth(const struct bench *b, struct row *r, unsigned few)
{
    char small[64], large[64];

    snprintf(small, sizeof(small), "%s_%u", r->name, few);
    snprintf(large, sizeof(large), "%s_10000", r->name);
    if (!scale_run(b, r))
        return false;
    if (!child_figure(&result, small, &r->floor) ||
        !child_figure(&result, large, &r->value))
        return cannot(r, "bench_scale printed no such figure");
    r->floor /= TENTHS;
    r->value /= TENTHS;
    r->target = GROWTH_MOST * r->floor;
    return true;
}

static bool measure_growth(const struct bench *b, struct row *r)
{
    return growth(b, r, 10);
}

/* What a few mappings cost is mostly the call, and they fit in caches. */
static bool measure_growth_unmap(const struct bench *b, struct row *r)
{
    return growth(b, r, 1000);
}

static bool measure_scale_start(const struct bench *b, struct row *r)
{
    if (!scale_run(b, r))
        return false;
    if (!child_figure(&result, "scale_start", &r->value))
        return cannot(r, "bench_scale printed no such figure");
    r->value /= MS;
    r->target = START_MOST_S;
    return true;
}

static bool measure_scale_memory(const struct bench *b, struct row *r)
{
    if (!scale_run(b, r))
        return false;
    r->value = result.rss_mib;
    r->target = SCALE_MEMORY_MIB;
    return true;
}

/* Of all that bench_scale gives the kernel to do. */
static bool measure_stretch(const struct bench *b, struct row *r)
{
    if (!scale_run(b, r))
        return false;
    if (!child_figure(&result, r->name, &r->value))
        return cannot(r, "bench_scale printed no such figure");
    r->target = STRETCH_MOST;
    return true;
}

static bool kernel_memory(const struct bench *b, struct row *r, double most)
{
    if (!scale_run(b, r))
        return false;
    if (!child_figure(&result, r->name, &r->value))
        return cannot(r, "bench_scale printed no such figure");
    r->target = most;
    return true;
}

static bool measure_kmem_thread(const struct bench *b, struct row *r)
{
    return kernel_memory(b, r, KMEM_THREAD_MOST);
}

static bool measure_kmem_task(const struct bench *b, struct row *r)
{
    return kernel_memory(b, r, KMEM_TASK_MOST);
}

/* --- rows: compute ------------------------------------------------------ */

static double native_ns(unsigned *ret_sum)
{
    double best = 1e18;

    compute_kernel(1);
    for (unsigned i = 0; i < COMPUTE_BATCHES; i++) {
        uint64_t from = clock_ns();
        *ret_sum = compute_kernel(COMPUTE_ROUNDS);
        double took = (double)(clock_ns() - from);
        best = took < best ? took : best;
    }
    return best;
}

static bool measure_compute(const struct bench *b, struct row *r)
{
    struct command c;
    char boot[64], sum_text[16];
    unsigned sum;
    double native = native_ns(&sum), checked;

    snprintf(boot, sizeof(boot), "rom/bench_compute %d", COMPUTE_ROUNDS);
    system_start(&c, b, boot);
    command_add_program(&c, "sigma0");
    command_add_program(&c, "moe");
    command_add_program(&c, "bench_compute");
    if (!system_run(&c, r))
        return false;
    if (!child_figure(&result, "compute_checked", &checked))
        return cannot(r, "bench_compute printed no figure");
    snprintf(sum_text, sizeof(sum_text), " %u\n", sum);
    if (!strstr(result.output, sum_text))
        return cannot(r, "checked and native disagree about the result");
    r->value = checked / native;
    r->floor = 1;
    r->target = 2.5;
    return true;
}

/* --- rows: starting ----------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[count / 2];
}

static void hello_system(struct command *c, const struct bench *b)
{
    system_start(c, b, "rom/hello");
    command_add_program(c, "sigma0");
    command_add_program(c, "moe");
    command_add_program(c, "hello");
}

/* The least a process can do: start and print a line. */
static void echo(struct child_result *r)
{
    char *argv[] = {"/bin/echo", "hello", NULL};

    child_run(argv, r);
}

static bool measure_first_line(const struct bench *b, struct row *r)
{
    double values[STARTS], floors[STARTS];
    struct command c;

    hello_system(&c, b);
    for (unsigned i = 0; i < STARTS; i++) {
        if (!system_run(&c, r))
            return false;
        if (result.first_line_ms < 0)
            return cannot(r, "hello printed nothing");
        values[i] = result.first_line_ms;
        echo(&result);
        floors[i] = result.first_line_ms;
    }
    r->value = median(values, STARTS);
    r->floor = median(floors, STARTS);
    r->target = 30;
    return true;
}

static bool measure_rss(const struct bench *b, struct row *r)
{
    struct command c;

    hello_system(&c, b);
    if (!system_run(&c, r))
        return false;
    r->value = result.rss_mib;
    echo(&result);
    r->floor = result.rss_mib;
    r->target = 40;
    return true;
}

/* --- rows: working ------------------------------------------------------ */

static bool run_hello_again(const struct bench *b, struct row *r,
                            double *ret_seconds)
{
    char script[PATH];
    char *argv[] = {script, "run", "hello", NULL};

    snprintf(script, sizeof(script), "%s/vitrine", b->root);
    if (!child_run(argv, &result) || result.code)
        return cannot(r, "vitrine run hello failed");
    *ret_seconds = result.total_s;
    return true;
}

/* A newer time stamp is, to the build, an edited line. */
static bool measure_edit_run(const struct bench *b, struct row *r)
{
    char source[PATH];

    setenv("VITRINE_BUILD", b->build, 1);
    snprintf(source, sizeof(source), "%s/servers/moe/main.c", b->root);
    if (!run_hello_again(b, r, &r->floor) || !run_hello_again(b, r, &r->floor))
        return false;
    if (utimensat(AT_FDCWD, source, NULL, 0))
        return cannot(r, "servers/moe/main.c cannot be touched");
    r->target = 1.5;
    return run_hello_again(b, r, &r->value);
}

struct row rows[] = {
    {.name = "ipc_inter",
     .unit = "ns",
     .measure = measure_ipc,
     .text = "call and reply between two tasks"},
    {.name = "ipc_intra",
     .unit = "ns",
     .measure = measure_ipc,
     .text = "call and reply inside a task"},
    {.name = "ipc_inter_traced",
     .unit = "ns",
     .measure = measure_ipc_traced,
     .text = "between two tasks, with a trace"},
    {.name = "trace_event",
     .unit = "ns",
     .measure = measure_trace_event,
     .text = "what tracing adds to it, by event"},
    {.name = "trace_write",
     .unit = "ns",
     .measure = measure_trace_write,
     .text = "an event made and written to the file"},
    {.name = "trace_off",
     .unit = "ratio",
     .measure = measure_trace_off,
     .text = "a call, trace points off, to a build without any"},
    {.name = "ipc_slow_path",
     .unit = "ns",
     .measure = measure_ipc_slow,
     .text = "between two tasks, without the fast path"},
    {.name = "fault_pager",
     .unit = "ns",
     .measure = measure_fault,
     .text = "page fault, answered by a task; access"},
    {.name = "map_unmap",
     .unit = "ns",
     .measure = measure_map,
     .text = "a page mapped and taken back, untouched"},
    {.name = "map_touch_unmap",
     .unit = "ns",
     .measure = measure_map_touch,
     .text = "the same, and touched in between"},
    {.name = "scale_tasks",
     .unit = "ns",
     .measure = measure_growth,
     .text = "a call with 10,000 tasks, to with 10"},
    {.name = "scale_threads",
     .unit = "ns",
     .measure = measure_growth,
     .text = "the same with threads in one task"},
    {.name = "scale_senders",
     .unit = "ns",
     .measure = measure_growth,
     .text = "with threads that wait to send"},
    {.name = "scale_caps",
     .unit = "ns",
     .measure = measure_growth,
     .text = "with capabilities in a table"},
    {.name = "scale_depth",
     .unit = "ns",
     .measure = measure_growth,
     .text = "with a page handed on from place to place"},
    {.name = "scale_width",
     .unit = "ns",
     .measure = measure_growth,
     .text = "with a page at many places"},
    {.name = "scale_unmap",
     .unit = "ns",
     .measure = measure_growth_unmap,
     .text = "taking back a mapping of 10,000, to of 1,000"},
    {.name = "scale_start",
     .unit = "s",
     .measure = measure_scale_start,
     .text = "start of 10,000 tasks"},
    {.name = "scale_memory",
     .unit = "MiB",
     .measure = measure_scale_memory,
     .text = "of the host, with all of these"},
    {.name = "longest_stretch",
     .unit = "steps",
     .measure = measure_stretch,
     .text = "without asking for interrupts, in all of these"},
    {.name = "kmem_thread",
     .unit = "B",
     .measure = measure_kmem_thread,
     .text = "kernel memory of a thread"},
    {.name = "kmem_task",
     .unit = "B",
     .measure = measure_kmem_task,
     .text = "of a task: tables, UTCBs, code and stack mapped"},
    {.name = "export_ctf",
     .unit = "M/s",
     .at_least = true,
     .measure = measure_export,
     .text = "events of a 10-million trace to CTF"},
    {.name = "export_perfetto",
     .unit = "M/s",
     .at_least = true,
     .measure = measure_export,
     .text = "the same to Perfetto"},
    {.name = "trace_memory",
     .unit = "MiB",
     .measure = measure_trace_memory,
     .text = "the most a tool took for these 10 million"},
    {.name = "graph_at",
     .unit = "s",
     .measure = measure_graph_at,
     .text = "capabilities at a time in them, slowest of five"},
    {.name = "graph_draw",
     .unit = "s",
     .measure = measure_graph_draw,
     .text = "10,000 objects as a picture, folded"},
    {.name = "graph_reach",
     .unit = "s",
     .measure = measure_graph_reach,
     .text = "who can reach whom among them, with the path"},
    {.name = "report_100k",
     .unit = "MB",
     .measure = measure_report,
     .text = "HTML report of 100,000 wild events"},
    {.name = "report_1m",
     .unit = "MB",
     .measure = measure_report,
     .text = "of a million"},
    {.name = "report_open_100k",
     .unit = "s",
     .measure = measure_report_open,
     .text = "until it can be used, in Chromium"},
    {.name = "report_open_1m",
     .unit = "s",
     .measure = measure_report_open,
     .text = "the same of a million"},
    {.name = "file_read",
     .unit = "ratio",
     .measure = measure_file_read,
     .text = "a file through VFS, ext2, driver, to the driver"},
    {.name = "file_open",
     .unit = "calls",
     .measure = measure_file_calls,
     .text = "between programs, to open a file on a disk"},
    {.name = "file_small_read",
     .unit = "calls",
     .measure = measure_file_calls,
     .text = "to read 100 bytes of it"},
    {.name = "file_close",
     .unit = "calls",
     .measure = measure_file_calls,
     .text = "to close it"},
    {.name = "net_tcp",
     .unit = "ratio",
     .measure = measure_net_tcp,
     .text = "TCP through stacks and switch, to bare frames"},
    {.name = "net_lease",
     .unit = "calls",
     .measure = measure_net_lease,
     .text = "between programs, for a DHCP lease"},
    {.name = "spawn",
     .unit = "calls",
     .measure = measure_spawn_calls,
     .text = "between programs, for posix_spawn and waitpid"},
    {.name = "spawn_time",
     .unit = "ns",
     .measure = measure_spawn_time,
     .text = "the same, to as many round trips"},
    {.name = "ned_start",
     .unit = "calls",
     .measure = measure_spawn_calls,
     .text = "for a program that ned starts and waits for"},
    {.name = "compute_checked",
     .unit = "ratio",
     .measure = measure_compute,
     .text = "compute with checks, to without"},
    {.name = "first_line",
     .unit = "ms",
     .measure = measure_first_line,
     .text = "process start to hello's line"},
    {.name = "rss",
     .unit = "MiB",
     .measure = measure_rss,
     .text = "resident memory, running hello"},
    {.name = "edit_run",
     .unit = "s",
     .measure = measure_edit_run,
     .text = "edit a server, build, run hello"},
};
const size_t row_count = sizeof(rows) / sizeof(rows[0]);

bool row_holds(const struct row *r)
{
    if (!r->measured || !r->target)
        return r->measured;
    return r->at_least ? r->value >= r->target : r->value <= r->target;
}
