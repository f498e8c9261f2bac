/*
 * How long does the kernel keep interrupts waiting? A plugin of QEMU counts.
 *
 *   user -> kernel ---- asks ---- asks ---- user
 *                 \_ a stretch _/\_ _/\_ _/       in retired instructions
 *
 * All blocks of translated code are seen, as they run. One of the kernel's (in
 * the upper half of the addresses) adds its instructions to the stretch; a
 * user's ends it, as do the kernel's question for interrupts and its wait for
 * one. Boot, before the first user block behind `start`, is not counted, nor is
 * the machine's end (`end`). What is left out on purpose (`skip`) takes its
 * whole stretch out.
 *
 * Arguments: to=RESULT, and start=, ask=, skip=, end= with an address each,
 * as often as wanted. RESULT gets a line "instructions stretches" at QEMU's
 * end.
 *
 * Simplified: a block counts whole, also if a fault leaves it in its middle.
 * Debian does not package qemu-plugin.h; what is used of it (version 1 of the
 * interface) is declared below.
 * Source: QEMU, docs/devel/tcg-plugins.rst.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_info;
enum { NO_REGISTERS = 0 };
typedef void run_function(unsigned cpu, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
                                           void (*f)(uint64_t id,
                                                     struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, run_function,
                                          int flags, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*f)(uint64_t, void *),
                                    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc,
                        char **argv);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { MARKS = 8 };
/* Firmware of riscv64 runs for the kernel that called it. */
#define FIRMWARE_START 0x80000000ul
#define FIRMWARE_END   0x80200000ul

static struct {
    uint64_t address;
    run_function *f;
} marks[MARKS];
static unsigned mark_count;
static const char *result;

/* A block of the kernel's code, and how often the stretch came by. */
struct block {
    uint64_t at, instructions, stretch, runs;
};

enum { BLOCKS = 1 << 19 };
static struct block blocks[BLOCKS];
static uint32_t block_count;

static uint64_t stretch, longest, stretches;
static uint64_t busiest, most_runs; /* block of the stretch; of the longest: */
static uint64_t longest_at;
static bool started, in_user_once, skipped, ended;

static void stretch_end(void)
{
    bool counts = stretch && in_user_once && !skipped && !ended;
    stretches++;
    if (counts && stretch > longest) {
        longest = stretch;
        longest_at = busiest;
    }
    stretch = most_runs = 0;
}

static void run_kernel(unsigned cpu, void *data)
{
    struct block *b = data;
    (void)cpu;
    stretch += b->instructions;
    b->runs = b->stretch == stretches ? b->runs + 1 : 1;
    b->stretch = stretches;
    if (b->runs > most_runs) {
        most_runs = b->runs;
        busiest = b->at;
    }
}

static void run_user(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    stretch_end();
    in_user_once = started;
    skipped = false;
}

static void run_ask(unsigned cpu, void *data)
{
    stretch_end();
    run_kernel(cpu, data);
}

static void run_start(unsigned cpu, void *data)
{
    started = true;
    run_kernel(cpu, data);
}

static void run_skip(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    skipped = true;
}

static void run_end(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    ended = true;
}

static void translated(uint64_t id, struct qemu_plugin_tb *block)
{
    uint64_t at = qemu_plugin_tb_vaddr(block);
    bool firmware = at >= FIRMWARE_START && at < FIRMWARE_END;
    run_function *f = at >> 63 || firmware ? run_kernel : run_user;
    (void)id;
    for (unsigned i = 0; i < mark_count; i++)
        if (marks[i].address == at)
            f = marks[i].f;
    struct block *b = &blocks[block_count];
    b->at = at;
    b->instructions = qemu_plugin_tb_n_insns(block);
    qemu_plugin_register_vcpu_tb_exec_cb(block, f, NO_REGISTERS, b);
    block_count += block_count < BLOCKS - 1; /* what is too many shares one */
}

static void finished(uint64_t id, void *data)
{
    FILE *file = fopen(result, "w");
    (void)id, (void)data;
    if (!file)
        return;
    fprintf(file, "%lu %lu\n", (unsigned long)longest,
            (unsigned long)longest_at);
    fclose(file);
}

static void add_mark(const char *address, run_function *f)
{
    if (mark_count < MARKS) {
        marks[mark_count].address = strtoull(address, NULL, 0);
        marks[mark_count++].f = f;
    }
}

__attribute__((visibility("default"))) int
qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc,
                    char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "to=", 3))
            result = strdup(argv[i] + 3);
        else if (!strncmp(argv[i], "start=", 6))
            add_mark(argv[i] + 6, run_start);
        else if (!strncmp(argv[i], "ask=", 4))
            add_mark(argv[i] + 4, run_ask);
        else if (!strncmp(argv[i], "skip=", 5))
            add_mark(argv[i] + 5, run_skip);
        else if (!strncmp(argv[i], "end=", 4))
            add_mark(argv[i] + 4, run_end);
    }
    if (!result)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
