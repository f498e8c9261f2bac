/*
 * Control: somebody watches the run and says how far it goes (`vitrine run
 * --monitor`, `vitrine replay --back`).
 *
 *      watcher --socket--> run
 *        to 900              go on until 900 records are there; from further
 *                            on: back to 900 (checkpoint.c)
 *        kinds HEX           stop behind each record of these kinds, too
 *        debug               wait for a debugger, then run on
 *        quit                end
 *      watcher <--socket-- run
 *        at 900 PID          stopped: 900 records are there, all in the file
 *        end CODE 954 PID    the run is over, but one may go back
 *
 * The core hands out each record as it is made (boot_info.trace_each), so the
 * run stops in the middle of what the kernel is doing, behind exactly that
 * record. A line that comes while it runs makes it stop at its next record.
 *
 * I1  While it waits, everything up to `record` is in the trace file.
 */
#include "sim.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { LINE = 128, POLL_RECORDS = 256, DEBUGGER_US = 10000 };

static struct {
    uint64_t record;  /* so far */
    uint64_t target;  /* stop behind this one */
    uint64_t kinds;   /* and behind each of these, a bit for each event */
    unsigned polls;   /* records until the next look at the socket */
    bool free;        /* a debugger has it */
    bool over;        /* control_end() */
    int code;         /* then: the exit code */
    char input[LINE]; /* a line as far as it has come */
    size_t used;
} control;

bool control_on(void)
{
    return sim_options.control >= 0;
}

void control_init(void)
{
    if (!control_on())
        return;
    checkpoint_init();
}

static void control_tell(void)
{
    char line[LINE];
    int size;

    console_flush();
    fflush(stderr);
    tracefile_sync(); /* keeps I1 */
    if (control.over)
        size = snprintf(line, sizeof(line), "end %d %" PRIu64 " %ld\n",
                        control.code, control.record, (long)getpid());
    else
        size = snprintf(line, sizeof(line), "at %" PRIu64 " %ld\n",
                        control.record, (long)getpid());
    if (write(sim_options.control, line, (size_t)size) != size)
        exit(SIM_EXIT_INTERRUPTED); /* nobody is there any more */
}

/* The next line, in control.input; one byte at a time, so that who goes on
 * in this one's place finds the rest. */
static void control_line(void)
{
    for (;;) {
        char *at = &control.input[control.used];
        ssize_t n = read(sim_options.control, at, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            exit(SIM_EXIT_INTERRUPTED);
        if (*at == '\n')
            break;
        control.used += control.used + 1 < LINE;
    }
    control.input[control.used] = 0;
    control.used = 0;
}

/* Is a debugger there? (proc(5): TracerPid) */
static bool control_is_traced(void)
{
    char line[LINE];
    int tracer = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "TracerPid: %d", &tracer) == 1)
            break;
    if (f)
        fclose(f);
    return tracer != 0;
}

static void control_debug(void)
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    report_debugger(); /* pages for its breakpoints, before it sets any */
    while (!control_is_traced())
        usleep(DEBUGGER_US);
    control.free = true;
    sim_stop_hook();
}

/* What a line asks for; true: the run goes on. */
static bool control_obey(const char *line)
{
    uint64_t n;

    if (sscanf(line, "to %" SCNu64, &n) == 1) {
        if (n < control.record)
            checkpoint_back(n);
        control.target = n;
        return n > control.record && !control.over;
    }
    if (sscanf(line, "kinds %" SCNx64, &n) == 1) {
        control.kinds = n;
    } else if (!strcmp(line, "debug")) {
        control_debug();
        return !control.over;
    } else if (!strcmp(line, "quit")) {
        control.free = true;
        if (!control.over)
            machine_interrupt(); /* with its trace, soon */
        return true;
    }
    return false;
}

/* Waits until the run may go on. */
static void control_stop(void)
{
    bool go = false;

    while (!go) {
        control_tell();
        do {
            control_line();
            go = control_obey(control.input);
        } while (!go && !strncmp(control.input, "kinds", 5));
    }
    control.polls = POLL_RECORDS;
}

void control_poll(void)
{
    struct pollfd p = {.fd = sim_options.control, .events = POLLIN};

    if (control_on() && !control.free && poll(&p, 1, 0) > 0) {
        sim_own_tp();
        control_line();
        if (!control_obey(control.input))
            control_stop();
    }
}

void control_record(const struct vtr_record *r)
{
    bool wanted = control.kinds >> (r->event & 63) & 1;
    uint64_t target;

    control.record++;
    if (control.over || control.free)
        return;
    if (checkpoint_consider(control.record, &target)) {
        control.target = target;
        control.kinds = 0;
        wanted = false;
    }
    if (control.record == control.target && checkpoint_for_debugger())
        control_debug();
    else if (wanted || control.record >= control.target)
        control_stop();
    else if (!control.polls--) {
        control.polls = POLL_RECORDS;
        control_poll();
    }
}

void control_end(int code)
{
    if (!control_on() || control.free)
        return;
    control.over = true;
    control.code = code;
    control_stop();
}
