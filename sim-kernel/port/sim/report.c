/*
 * What people read: faults, and how the run ended.
 *
 * All of it goes to stderr after the console text so far, so that a program's
 * output on stdout stays its own; lines begin with "vitrine: ".
 */
#include "sim.h"
#include "texts.h"
#include <l4/vitrine/trace_events.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WHERE_SIZE = 256 };

void port_fault_report(uint32_t thread, uint32_t task, const char *task_name,
                       const struct port_trap *trap,
                       const struct port_frame *frame)
{
    char where[WHERE_SIZE], caller[WHERE_SIZE];
    uaddr_t ip = port_frame_ip(frame);
    (void)thread;
    sim_own_tp();
    console_flush();
    symbols_where(task, ip - !frame->regs.full, where, sizeof(where));
    symbols_caller(task, frame, caller, sizeof(caller));
    fprintf(stderr, "vitrine: task \"%s\": %s", task_name,
            text_of_cause(trap->cause));
    if (trap->access)
        fprintf(stderr, ": %s at %#llx", text_of_access(trap->access),
                (unsigned long long)trap->address);
    fprintf(stderr, "\n         by ip %#llx", (unsigned long long)ip);
    if (*where)
        fprintf(stderr, " in %s", where);
    if (*caller && strcmp(caller, where))
        fprintf(stderr, "\n         called from %s", caller);
    fputc('\n', stderr);
}

__attribute__((noinline, used)) void
sim_image_hook(uint32_t task, uint64_t base, const char *path)
{
    /* A debugger's breakpoint: keeps the arguments alive. */
    __asm__ volatile("" : : "r"(task), "r"(base), "r"(path) : "memory");
}

enum { IMAGE_MAX = 64 * 1024 * 1024 };

void report_image(const struct port_space *s, uint32_t task, uaddr_t base,
                  uint64_t size, const char *name)
{
    const char *path = symbols_path(name);
    if (!path)
        return;
    symbols_add(task, base, name);
    /* A debugger writes its breakpoints now; without one the pages are there
     * as well, so that what is not checked finds the same. */
    hw_mmu_prefill(sim_machine.mmu, s->root, base, size);
    if (sim_options.gdb)
        sim_image_hook(task, base, path);
}

static void report_again(uint32_t task, uint64_t base)
{
    const struct port_space *s = core_task_space(task);
    if (s)
        hw_mmu_prefill(sim_machine.mmu, s->root, base, IMAGE_MAX);
}

void report_debugger(void)
{
    sim_options.gdb = true;
    symbols_each(report_again);
}

void port_image_loaded(const struct port_space *s, uint32_t task, uaddr_t base,
                       const char *name)
{
    sim_own_tp();
    report_image(s, task, base, IMAGE_MAX, name);
}

/* --- who waits for whom ------------------------------------------------- */

static void print_wait(const struct core_wait *w, void *data)
{
    char where[WHERE_SIZE];
    (void)data;
    symbols_caller(w->task, w->frame, where, sizeof(where));
    fprintf(stderr, "  %s (thread %u) waits %s", w->thread_name, w->thread,
            text_of_why(w->why));
    if (w->partner && w->why != VTR_WHY_OPEN_WAIT)
        fprintf(stderr, " %s (thread %u)", w->partner_name, w->partner);
    else if (w->why == VTR_WHY_SEND)
        fprintf(stderr, " gate %u, which nobody is bound to", w->via);
    fprintf(stderr, ", since %.6f s", (double)w->since / 1e9);
    if (*where)
        fprintf(stderr, ", in %s", where);
    fputc('\n', stderr);
}

/* The exit code, and a line that says why if it is not plain success. */
static int report_reason(unsigned reason, int result)
{
    double now = (double)sim_machine.now / 1e9;
    switch (reason) {
    case VTR_END_DEADLOCK:
        fprintf(stderr,
                "vitrine: dead-lock after %.6f s: nothing can ever "
                "run again; who waits for whom:\n",
                now);
        core_each_wait(print_wait, NULL);
        return SIM_EXIT_DEADLOCK;
    case VTR_END_LIMIT:
        fprintf(stderr,
                "vitrine: limit reached after %.6f s of virtual time, "
                "%llu steps\n",
                now, (unsigned long long)sim_machine.steps);
        return SIM_EXIT_LIMIT;
    case VTR_END_INTERRUPTED:
        fprintf(stderr, "vitrine: interrupted after %.6f s of virtual time\n",
                now);
        return SIM_EXIT_INTERRUPTED;
    case VTR_END_PANIC:
        return SIM_EXIT_PANIC;
    default:
        if (result == 0 && core_faults() > 0) {
            fprintf(stderr, "vitrine: %u fault%s nobody handled\n",
                    core_faults(), core_faults() == 1 ? "" : "s");
            return SIM_EXIT_FAULT;
        }
        return result;
    }
}

void port_shutdown(unsigned reason, int result)
{
    sim_own_tp();
    console_flush();
    int code = report_reason(reason, result);
    fflush(stderr);
    control_end(code);
    tracefile_close();
    network_close();
    screen_close();
    terminal_take_back();
    _exit(code);
}

void port_panic(const char *file, int line, const char *text)
{
    static bool again;
    sim_own_tp();
    console_flush();
    fprintf(stderr,
            "vitrine: kernel assertion at %s:%d: %s (virtual time "
            "%.6f s)\n",
            file, line, text, (double)sim_machine.now / 1e9);
    fflush(stderr);
    if (!again) {
        again = true;
        core_trace_flush();
        control_end(SIM_EXIT_PANIC);
        tracefile_close();
    }
    terminal_take_back();
    if (sim_options.gdb)
        abort();
    _exit(SIM_EXIT_PANIC);
}
