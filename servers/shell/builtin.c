/*
 * Commands of the shell itself: a table, and the small ones.
 */
#include "builtin.h"
#include "../lib/again/again.h"
#include "console.h"
#include "job.h"
#include "line.h"
#include "vars.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/kip.h>
#include <l4/sys/platform_control.h>
#include <stdlib.h>
#include <string.h>

bool shell_must_exit;

int builtin_usage(const char *name)
{
    const struct builtin *b = builtin_find(name);
    tell("usage: %s %s\n", b->name, b->usage);
    return 2;
}

static int do_echo(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        say("%s%s", i > 1 ? " " : "", argv[i]);
    say("\n");
    return 0;
}

static int do_exit(int argc, char **argv)
{
    shell_must_exit = true;
    return argc > 1 ? atoi(argv[1]) : 0;
}

static int do_history(int argc, char **argv)
{
    const char *line;
    (void)argc, (void)argv;
    for (unsigned i = 1; (line = line_history(i)); i++)
        say("%3u  %s\n", i, line);
    return 0;
}

static int do_jobs(int argc, char **argv)
{
    (void)argc, (void)argv;
    jobs_list();
    return 0;
}

static int do_fg(int argc, char **argv)
{
    struct job *j = job_find(argc > 1 ? argv[1] : NULL);
    if (!j) {
        tell("fg: there is no such job\n");
        return 1;
    }
    tell("%s\n", j->text);
    console_lend();
    int result = job_wait(j);
    console_take_back();
    return result;
}

static int do_bg(int argc, char **argv)
{
    struct job *j = job_find(argc > 1 ? argv[1] : NULL);
    if (!j) {
        tell("bg: there is no such job\n");
        return 1;
    }
    if (j->is_held)
        job_hold(j, false);
    say("[%u] %s runs in the background\n", j->number, j->text);
    return 0;
}

static int do_sleep(int argc, char **argv)
{
    if (argc != 2)
        return builtin_usage("sleep");
    unsigned long us = (unsigned long)(strtod(argv[1], NULL) * 1e6);
    l4_kernel_clock_t end = l4_kip_clock(l4re_kip()) + us, now;
    while ((now = l4_kip_clock(l4re_kip())) < end)
        if (console_wait(end - now) == EVENT_INTERRUPT)
            return JOB_STATUS_SIGNAL + 2;
    return 0;
}

struct power_request {
    l4_cap_idx_t gate;
    l4_umword_t reboot;
};

static long power_ask(void *what)
{
    const struct power_request *r = what;
    return l4_error(l4_platform_ctl_system_shutdown(r->gate, r->reboot));
}

/* poweroff, reboot: does not come back. */
static int do_power(int argc, char **argv)
{
    l4_cap_idx_t gate = l4re_env_get_cap("platform_ctl");
    if (argc != 1)
        return builtin_usage(argv[0]);
    if (l4_is_invalid_cap(gate)) {
        tell("%s: this shell may not: it has no `platform_ctl`\n", argv[0]);
        return 1;
    }
    struct power_request r = {gate, !strcmp(argv[0], "reboot")};
    long error = again_until_open(power_ask, &r); /* io may have just ended */
    tell("%s: %s\n", argv[0], l4sys_errtostr(error));
    return 1;
}

static int do_true(int argc, char **argv)
{
    (void)argc;
    return strcmp(argv[0], "true") != 0;
}

/* All variables, as they could be typed. */
static int do_set(int argc, char **argv)
{
    const struct var *v;
    (void)argc, (void)argv;
    for (unsigned i = 0; (v = vars_place(i)); i++)
        if (*v->name && *v->name != '?')
            say("%s%s='%s'\n", v->is_exported ? "export " : "", v->name,
                v->value ? v->value : "");
    return 0;
}

static int do_export(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (value)
            *value++ = 0;
        if (!vars_export(argv[i]) || (value && !vars_set(argv[i], value))) {
            tell("export: %s: this is no name, or there are too many\n",
                 argv[i]);
            return 1;
        }
    }
    return argc > 1 ? 0 : builtin_usage("export");
}

static int do_unset(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        vars_unset(argv[i]);
    return 0;
}

/* run.c takes it off commands that have one. */
static int do_limit(int argc, char **argv)
{
    (void)argc;
    return builtin_usage(argv[0]);
}

static int do_help(int argc, char **argv);

static const struct builtin builtins[] = {
    {"[", "... ]", "as test", do_test},
    {"bg", "[%JOB]", "a stopped job goes on in the background", do_bg},
    {"caps", "PROGRAM", "the capabilities it holds", do_caps},
    {"echo", "[WORD ...]", "says its words", do_echo},
    {"exit", "[STATUS]", "ends the shell", do_exit},
    {"export", "NAME[=TEXT] ...", "programs get these variables", do_export},
    {"false", "", "status 1", do_true},
    {"fg", "[%JOB]", "a job goes on, and is waited for", do_fg},
    {"help", "", "this", do_help},
    {"history", "", "lines typed before", do_history},
    {"jobs", "", "what runs in the background or is stopped", do_jobs},
    {"kill", "PROGRAM|%JOB ...", "ends it", do_kill},
    {"limit", "cpu MS|memory KIB A", "a program that gets no more", do_limit},
    {"maps", "PROGRAM", "the regions of its memory", do_maps},
    {"poweroff", "", "the machine ends when all files are written", do_power},
    {"ps", "", "programs: number, state, CPU time, name", do_ps},
    {"reboot", "", "the same; a run ends there, too", do_power},
    {"set", "", "all variables", do_set},
    {"sleep", "SECONDS", "waits", do_sleep},
    {"test", "QUESTION", "-e FILE, A = B, A -lt B, ...: status 0: yes",
     do_test},
    {"top", "[SECONDS]", "who used the CPU meanwhile", do_top},
    {"true", "", "status 0", do_true},
    {"unset", "NAME ...", "these variables are gone", do_unset},
};

static int do_help(int argc, char **argv)
{
    (void)argc, (void)argv;
    for (unsigned i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
        say("%-8s %-17s %s\n", builtins[i].name, builtins[i].usage,
            builtins[i].what);
    say("Others are programs: ls, cat, wc (in rom), or a file's path.\n"
        "A | B, A < FILE, A > FILE, A >> FILE, A &, A; B, A && B, A || B.\n"
        "X=TEXT, $X, $?; if A; then B; else C; fi; while A; do B; done;\n"
        "for X in WORDS; do A; done; *.txt: files that fit.\n"
        "Ctrl-C ends a program, Ctrl-Z stops it (fg, bg). PROGRAM is a number "
        "or name of ps.\n");
    return 0;
}

const struct builtin *builtin_find(const char *name)
{
    for (unsigned i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
        if (!strcmp(builtins[i].name, name))
            return &builtins[i];
    return NULL;
}

const struct builtin *builtin_number(unsigned n)
{
    return n < sizeof builtins / sizeof builtins[0] ? &builtins[n] : NULL;
}
