/*
 * The fuzzer's root task. Options come as the system's command:
 *
 *      fuzz SEED CALLS [show]
 *
 * CALLS calls, in worlds of 500. Between two worlds everything is taken down;
 * kernel memory and objects must then be as before. While a world runs, the
 * kernel checks all its invariants each 100 us (L4_VITRINE_CHECK).
 * Same seed and number, same calls: the first N calls do not depend on how
 * many come after. `show` prints the last one.
 */
#include "fuzz.h"
#include <l4/vitrine/bootinfo.h>
#include <l4/vitrine/debug.h>
#include <l4/vitrine/trace.h>

enum {
    WORLD = 500,
    LOOK_US = 100,
    REVIVE = 10,     /* each so many looks */
    PATIENCE = 2000, /* looks */
    ROOT_PRIO = 255,
};

static unsigned long seed = 1, calls = 10000;
static int show;

static const char *number(const char *text, unsigned long *ret_n)
{
    unsigned long n = 0;
    while (*text == ' ')
        text++;
    if (*text < '0' || *text > '9')
        return text;
    for (; *text >= '0' && *text <= '9'; text++)
        n = 10 * n + (unsigned long)(*text - '0');
    *ret_n = n;
    return text;
}

static void read_command(void)
{
    const struct l4_vitrine_bootinfo *info =
        (const void *)l4_kip()->user_ptr; /* sigma0 gives it 1:1 */
    if (!info || info->magic != L4_VITRINE_BOOTINFO_MAGIC)
        return;
    const char *c = info->command;
    while (*c && *c != ' ')
        c++;
    c = number(c, &seed);
    c = number(c, &calls);
    show = c[0] == ' ' && c[1] == 's';
}

static void tell(const char *text, unsigned long n)
{
    say(text);
    say_number((long)n);
}

static void world_run(void)
{
    for (unsigned t = 0; t < PATIENCE && shared.calls < shared.limit; t++) {
        if (t % REVIVE == 0)
            world_revive();
        l4_ipc_sleep_us(LOOK_US);
        CHECK_EQ(result(l4_vitrine_check(L4_BASE_DEBUGGER_CAP)), 0);
    }
}

/* Calls up to number `to`, in a world of their own. */
static void batch(unsigned long number, unsigned long to)
{
    shared.limit = to;
    world_make(seed * 1000003 + number);
    world_run();
    world_delete();
    CHECK_EQ(result(l4_vitrine_check(L4_BASE_DEBUGGER_CAP)), 0);
    shared.calls = to;
}

static void check_leaks(struct kernel_use before)
{
    struct kernel_use after = kernel_use();
    CHECK_EQ(after.objects, before.objects);
    CHECK_EQ(after.free, before.free);
}

int main(void)
{
    read_command();
    l4_sched_param_t p = l4_sched_param(ROOT_PRIO, 0);
    l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, MAIN_CAP, &p);
    /* A world without calls makes the tables that stay. */
    batch(0, 0);
    struct kernel_use before = kernel_use();
    unsigned long done = 0, worlds = 0;
    while (done < calls && !check_failures) {
        unsigned long to = done + WORLD < calls ? done + WORLD : calls;
        shared.show = show && to == calls ? calls : 0;
        batch(++worlds, to);
        done = to;
        check_leaks(before);
    }
    say("\n");
    operations_tell();
    tell("fuzz: seed ", seed);
    tell(", calls ", done);
    tell(", answered by an error ", shared.errors);
    say(check_failures ? ": FAILED\n" : ": ok\n");
    l4_vitrine_end(L4_BASE_DEBUGGER_CAP, check_failures != 0);
    return 0;
}
