/*
 * The conformance suite's main: runs every list of tests, prints TAP, ends
 * the system with the number of failed tests.
 */
#include "harness.h"
#include <l4/vitrine/debug.h>
#include <l4/vitrine/trace.h>

static unsigned failed_tests, test_number;

static unsigned count(const struct kernel_test *t)
{
    unsigned n = 0;
    while (t[n].name)
        n++;
    return n;
}

static void report(const char *name)
{
    say_proofs(!check_failures);
    say(check_failures ? "not ok " : "ok ");
    say_number(++test_number);
    say(" - ");
    say(name);
    say("\n");
    failed_tests += check_failures > 0;
}

static void run(const struct kernel_test *t)
{
    for (; t->name; t++) {
        check_failures = 0;
        t->run();
        report(t->name);
    }
}

/*
 * All tests once more, after a first run that has made the tables that stay
 * (capability pages, UTCB areas, page tables): kernel memory and objects must
 * be the same before and after.
 */
static void check_leaks(const struct kernel_test *const *lists, unsigned n)
{
    clean_up();
    struct kernel_use before = kernel_use();
    check_failures = 0;
    for (unsigned i = 0; i < n; i++)
        for (const struct kernel_test *t = lists[i]; t->name; t++) {
            t->run();
            say_proofs(0);
        }
    clean_up();
    struct kernel_use after = kernel_use();
    CHECK_EQ(after.objects, before.objects);
    CHECK_EQ(after.free, before.free);
    report("all tests once more leave nothing behind");
}

int main(void)
{
    static const struct kernel_test *const lists[] = {
        fpu_tests,     pf_trampoline_tests, power_tests,     ipc_tests,
        factory_tests, thread_tests,        ex_regs_tests,   transfer_tests,
        task_tests,    gate_tests,          irq_tests,       scheduler_tests,
        vlog_tests,    debugger_tests,      memory_tests,    item_tests,
        fault_tests,   common_tests,        semaphore_tests, icu_tests,
        vcpu_tests,    vcpu_message_tests,  alien_tests,     dma_tests,
        kip_tests,     platform_tests,      reply_tests,     stage_tests,
        every_tests,   smp_tests,           io_tests,        group_tests,
        stretch_tests, crowd_tests,         phase_tests,     kind_tests,
        modify_tests,  cut_tests,           hold_tests,      last_tests,
    };
    enum { LISTS = sizeof lists / sizeof lists[0] };
    unsigned total = 1;
    caps_make_room();
    for (unsigned i = 0; i < LISTS; i++)
        total += count(lists[i]);
    say("1..");
    say_number(total);
    say("\n");
    for (unsigned i = 0; i < LISTS; i++)
        run(lists[i]);
    check_leaks(lists, LISTS);
    l4_vitrine_end(L4_BASE_DEBUGGER_CAP, failed_tests > 99 ? 99 : failed_tests);
    return 0;
}
