/*
 * What people read of a machine: faults, and how the run ended.
 *
 * The lines are the simulator's (port/sim/report.c) without source lines,
 * and begin with "vitrine: ", by which `vitrine run --target` tells them from
 * a program's. The result is left in memory under a name: whoever started
 * QEMU reads it there.
 */
#include "hardware.h"
#include "random.h"
#include "texts.h"
#include <l4/vitrine/trace_events.h>

/* Exit codes (docs/exit-codes.md). */
enum {
    EXIT_FAULT = 100,
    EXIT_DEADLOCK = 101,
    EXIT_LIMIT = 102,
    EXIT_USAGE = 103,
    EXIT_PANIC = 104,
};

#define RESULT_MAGIC 0x746c757365726976ull /* "vireslut", little endian */

/* Read from outside when the machine has stopped. */
volatile struct {
    uint64_t magic; /* RESULT_MAGIC once the run is over */
    uint64_t code;
} machine_result;

/* --- programs in memory --------------------------------------------------- */

enum { IMAGES = 64, IMAGE_NAME = 32 };

/* The latest ones, in a ring. */
static struct image {
    uint32_t task;
    uaddr_t base;
    char name[IMAGE_NAME];
} images[IMAGES];
static unsigned image_count;

/* Not optimised away: gdb has a breakpoint here (tools/gdb/machine.py). */
__attribute__((noinline)) void port_image_loaded(const struct port_space *s,
                                                 uint32_t task, uaddr_t base,
                                                 const char *name)
{
    struct image *i = &images[image_count++ % IMAGES];
    (void)s;
    *i = (struct image){.task = task, .base = base};
    for (const char *c = name; *c; c++)
        if (*c == '/')
            name = c + 1;
    for (unsigned n = 0; n < IMAGE_NAME - 1 && name[n]; n++)
        i->name[n] = name[n];
}

/* "0x1234 [hello+0x234]": tools/qemu makes a source line of it. */
static void print_ip(uint32_t task, uaddr_t ip)
{
    const struct image *found = NULL;
    print("0x%x", ip);
    for (unsigned i = 0; i < IMAGES && i < image_count; i++)
        if (images[i].task == task && images[i].base <= ip &&
            (!found || images[i].base > found->base))
            found = &images[i];
    if (found)
        print(" [%s+0x%x]", found->name, ip - found->base);
}

void port_fault_report(uint32_t thread, uint32_t task, const char *task_name,
                       const struct port_trap *trap,
                       const struct port_frame *frame)
{
    (void)thread;
    print("vitrine: task \"%s\": %s", task_name, text_of_cause(trap->cause));
    if (trap->access)
        print(": %s at 0x%x", text_of_access(trap->access), trap->address);
    print("\n         by ip ");
    print_ip(task, port_frame_ip(frame));
    print("\n");
}

/* "1.000123 s" */
static void print_time(uint64_t ns)
{
    uint64_t us = ns / 1000 % 1000000;
    print("%u.", ns / 1000000000);
    for (uint64_t unit = 100000; unit > us && unit > 1; unit /= 10)
        print("0");
    print("%u s", us);
}

static void print_wait(const struct core_wait *w, void *data)
{
    (void)data;
    print("         %s (thread %u) waits %s", w->thread_name,
          (unsigned long)w->thread, text_of_why(w->why));
    if (w->partner && w->why != VTR_WHY_OPEN_WAIT)
        print(" %s (thread %u)", w->partner_name, (unsigned long)w->partner);
    else if (w->why == VTR_WHY_SEND)
        print(" gate %u, which nobody is bound to", (unsigned long)w->via);
    print(", since ");
    print_time(w->since);
    print(", at ip ");
    print_ip(w->task, w->ip);
    print("\n");
}

/* The exit code, and a line that says why if it is not plain success. */
static int report_reason(unsigned reason, int result)
{
    switch (reason) {
    case VTR_END_DEADLOCK:
        print("vitrine: dead-lock after ");
        print_time(port_time());
        print(": nothing can ever run again; who waits for whom:\n");
        core_each_wait(print_wait, NULL);
        return EXIT_DEADLOCK;
    case VTR_END_LIMIT:
        print("vitrine: limit reached after ");
        print_time(port_time());
        print("\n");
        return EXIT_LIMIT;
    case VTR_END_PANIC:
        return EXIT_PANIC;
    case ~0u:
        return EXIT_USAGE;
    default:
        if (result == 0 && core_faults() > 0) {
            print("vitrine: %u fault%s nobody handled\n",
                  (unsigned long)core_faults(), core_faults() == 1 ? "" : "s");
            return EXIT_FAULT;
        }
        return result;
    }
}

void port_shutdown(unsigned reason, int result)
{
    machine_result.code = (uint64_t)report_reason(reason, result);
    machine_result.magic = RESULT_MAGIC;
    machine_stop();
}

void port_panic(const char *file, int line, const char *text)
{
    static bool again;
    machine_result.code = EXIT_PANIC;
    machine_result.magic = RESULT_MAGIC;
    if (!again) {
        again = true;
        print("vitrine: kernel assertion at %s:%d: %s\n", file, (long)line,
              text);
        machine_dump();
    }
    machine_stop();
}

/* A machine has no storage: the ring is read from outside. */
bool port_trace_drain(const void *first, size_t count)
{
    (void)first;
    (void)count;
    return false;
}

/* A machine's clock is as good as its host's: measurements are QEMU's, and it
 * counts instructions as nanoseconds. */
int64_t port_host_ns(void)
{
    return hardware_options.host_clock ? (int64_t)port_time() : -1;
}

unsigned port_vary(unsigned range)
{
    static uint64_t state;
    if (!hardware_options.seed || range < 2)
        return 0;
    if (!state)
        state = hardware_options.seed;
    return (unsigned)(random_next(&state) % range);
}
