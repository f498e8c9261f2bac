/*
 * test_libc.c over the fake kernel: what only that can show.
 */
#include "facts.h"
#include "fake_kernel.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void place_facts(int argc, char **argv)
{
    unsigned long before = fake_console_used;
    struct timespec now;

    fact(argc == 0 && !argv[0], "a_root_task_has_no_arguments");
    fact(fake_accesses > 100, "accesses_are_checked");
    fact(fake_steps > 100, "steps_are_counted");

    before = fake_console_used;
    unsigned long messages = fake_messages;
    printf("# %d %s %#lx\n", -3, "word", 0xabcul);
    fact(!strncmp(fake_console + before, "# -3 word 0xabc\n", 16),
         "printf_reaches_the_log");
    fact(fake_messages > messages, "console_output_is_messages");

    clock_gettime(CLOCK_MONOTONIC, &now);
    fact(now.tv_sec == 5, "monotonic_clock_is_the_kips");
}
