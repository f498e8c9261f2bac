/*
 * Jobs (see job.h).
 *
 *      cat file | wc           two processes, a pipe between them
 *
 * A process gets "stdin", "stdout", "stderr" and "log", and of the shell's own
 * "fs", "net" and "rom"; nothing that lets it see or end others. In the
 * background it has no input: its console can only be written to.
 */
#include "job.h"
#include "console.h"
#include "fs-client.h"
#include "proc-client.h"
#include "process-client.h"
#include "vars.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/vitrine/files.h>
#include <l4/vitrine/process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNAL_INTERRUPT = 2 };

static struct job jobs[JOBS_MAX];

/* --- making one
 * --------------------------------------------------------------- */

static void cap_forget(l4_cap_idx_t *cap)
{
    if (l4_is_valid_cap(*cap))
        l4re_util_cap_free_um(*cap);
    *cap = L4_INVALID_CAP;
}

static struct job *job_new(const struct command *c)
{
    struct job *j = jobs;
    while (j < jobs + JOBS_MAX && j->is_used)
        j++;
    if (j == jobs + JOBS_MAX) {
        say("shell: too many jobs\n");
        return NULL;
    }
    *j = (struct job){.is_used = true,
                      .number = (unsigned)(j - jobs) + 1,
                      .in_background = c->in_background};
    for (unsigned i = 0; i < PARSE_STAGES; i++)
        j->process[i] = L4_INVALID_CAP;
    for (unsigned i = 0; i < c->stages; i++) {
        size_t used = strlen(j->text);
        snprintf(j->text + used, sizeof j->text - used, "%s%s", i ? " | " : "",
                 c->stage[i].argv[0]);
    }
    return j;
}

static void job_forget(struct job *j)
{
    for (unsigned i = 0; i < PARSE_STAGES; i++)
        cap_forget(&j->process[i]);
    j->is_used = false;
}

/* What a process of a job is given. */
struct streams {
    l4_cap_idx_t in, out; /* L4_INVALID_CAP: the console */
};

static long give_streams(l4_cap_idx_t p, const struct streams *s,
                         bool in_background)
{
    l4_cap_idx_t vcon = console_vcon();
    unsigned rights = in_background ? L4_CAP_FPAGE_RO : L4_CAP_FPAGE_RW;
    long error = l4_is_valid_cap(s->in)
                     ? process_give(p, "stdin", L4_CAP_FPAGE_RW, s->in)
                     : process_give(p, "stdin", rights, vcon);
    if (error >= 0)
        error = process_give(p, "stdout", L4_CAP_FPAGE_RW,
                             l4_is_valid_cap(s->out) ? s->out : vcon);
    if (error >= 0)
        error = process_give(p, "stderr", rights, vcon);
    if (error >= 0)
        error = process_give(p, "log", rights, vcon);
    return error;
}

static long give_own(l4_cap_idx_t p)
{
    static const char *const names[] = {"fs", "net", "rom"};
    long error = 0;
    for (unsigned i = 0; i < 3 && error >= 0; i++) {
        l4_cap_idx_t cap = l4re_env_get_cap(names[i]);
        if (l4_is_valid_cap(cap))
            error = process_give(p, names[i], 0, cap);
    }
    return error;
}

static long give_variables(l4_cap_idx_t p)
{
    char setting[PROCESS_VARIABLE_SETTING_MAX + 1];
    const struct var *v;
    long error = 0;
    for (unsigned i = 0; (v = vars_place(i)) && error >= 0; i++) {
        if (!*v->name || !v->is_exported)
            continue;
        snprintf(setting, sizeof setting, "%s=%s", v->name,
                 v->value ? v->value : "");
        error = process_variable(p, setting);
    }
    return error;
}

static long process_prepare(l4_cap_idx_t p, const struct stage *s,
                            const struct streams *streams, bool in_background)
{
    char path[PARSE_BYTES + 4];
    snprintf(path, sizeof path, "%s%s", strchr(s->argv[0], '/') ? "" : "rom/",
             s->argv[0]);
    long error = proc_spawn(l4re_env_get_cap("proc"), path, p);
    for (int i = 0; i < s->argc && error >= 0; i++)
        error = process_argument(p, s->argv[i]);
    if (error >= 0 && s->cpu_ms)
        error = process_limit_cpu(p, s->cpu_ms);
    if (error >= 0 && s->memory_kib)
        error = process_limit(p, s->memory_kib << 10, 0, 0);
    if (error >= 0)
        error = give_streams(p, streams, in_background);
    if (error >= 0)
        error = give_own(p);
    if (error >= 0)
        error = give_variables(p);
    if (error >= 0)
        error = process_notify(p, console_process_irq());
    return error;
}

/* Starts one process of the job; it has said why if it cannot. */
static bool stage_start(struct job *j, const struct stage *s,
                        const struct streams *streams)
{
    char why[PROCESS_PROBLEM_TEXT_MAX + 1] = "";
    l4_umword_t id;
    l4_cap_idx_t p = l4re_util_cap_alloc();
    long error = process_prepare(p, s, streams, j->in_background);
    if (error >= 0) {
        error = process_start(p, &id);
        if (error < 0)
            process_problem(p, why);
    }
    if (error < 0) {
        tell("%s: %s\n", s->argv[0],
             error == -L4_ENOENT ? "there is no such program"
             : *why              ? why
                                 : l4sys_errtostr(error));
        cap_forget(&p);
        return false;
    }
    j->process[j->processes] = p;
    j->is_running[j->processes++] = true;
    j->running++;
    return true;
}

/* --- files and pipes
 * ------------------------------------------------------------ */

static bool file_open(const char *path, unsigned flags, l4_cap_idx_t *ret_file)
{
    l4_cap_idx_t fs = l4re_env_get_cap("fs"), file = l4re_util_cap_alloc();
    long error =
        l4_is_valid_cap(fs) ? fs_open(fs, path, flags, 0644, file) : -L4_ENOENT;
    if (error < 0) {
        tell("%s: %s\n", path, l4sys_errtostr(error));
        l4re_util_cap_free(file);
        return false;
    }
    *ret_file = file;
    return true;
}

static bool pipe_open(l4_cap_idx_t *ret_read, l4_cap_idx_t *ret_write)
{
    l4_cap_idx_t fs = l4re_env_get_cap("fs");
    *ret_read = l4re_util_cap_alloc();
    *ret_write = l4re_util_cap_alloc();
    long error =
        l4_is_valid_cap(fs) ? fs_pipe(fs, *ret_read, *ret_write) : -L4_ENOENT;
    if (error < 0) {
        tell("shell: no pipe: %s\n", l4sys_errtostr(error));
        cap_forget(ret_read);
        cap_forget(ret_write);
    }
    return error >= 0;
}

/* The streams of all stages; false: it has said why. */
static bool streams_open(const struct command *c, struct streams *s)
{
    unsigned last = c->stages - 1;
    for (unsigned i = 0; i < c->stages; i++)
        s[i] = (struct streams){L4_INVALID_CAP, L4_INVALID_CAP};
    if (c->input && !file_open(c->input, FILES_READ, &s[0].in))
        return false;
    if (c->output &&
        !file_open(c->output,
                   FILES_WRITE | FILES_CREATE |
                       (c->appends ? FILES_APPEND : FILES_TRUNCATE),
                   &s[last].out))
        return false;
    for (unsigned i = 0; i < last; i++)
        if (!pipe_open(&s[i + 1].in, &s[i].out))
            return false;
    return true;
}

struct job *job_start(const struct command *c, bool first_is_builtin,
                      l4_cap_idx_t *ret_output)
{
    struct streams s[PARSE_STAGES];
    struct job *j = job_new(c);
    bool works = j && streams_open(c, s);
    for (unsigned i = first_is_builtin; i < c->stages && works; i++)
        works = stage_start(j, &c->stage[i], &s[i]);
    if (j && first_is_builtin) {
        *ret_output = s[0].out;
        s[0].out = L4_INVALID_CAP;
    }
    for (unsigned i = 0; i < c->stages && j; i++) {
        cap_forget(&s[i].in);
        cap_forget(&s[i].out);
    }
    if (works || !j)
        return j;
    job_kill(j, SIGNAL_INTERRUPT);
    job_forget(j);
    return NULL;
}

/* --- the end
 * ---------------------------------------------------------------------- */

/* Asks each process that was running; the last one's end is the job's. */
static void job_look(struct job *j)
{
    char name[PROCESS_INFO_NAME_MAX + 1];
    l4_umword_t id, state = PROCESS_KILLED, us, memory, limit, caps;
    for (unsigned i = 0; i < j->processes; i++) {
        long code = SIGNAL_INTERRUPT;
        if (!j->is_running[i])
            continue;
        long error = process_info(j->process[i], &id, &state, &code, &us,
                                  &memory, &limit, &caps, name);
        if (error >= 0 && (state == PROCESS_RUNNING || state == PROCESS_HELD))
            continue;
        j->is_running[i] = false;
        j->running--;
        if (i + 1 < j->processes)
            continue;
        j->status = error < 0                 ? JOB_STATUS_SIGNAL
                    : state == PROCESS_EXITED ? (int)code
                                              : JOB_STATUS_SIGNAL + (int)code;
        if (error < 0)
            tell("%s: proc has ended, and the program with it\n", j->text);
        else if (state == PROCESS_FAULTED)
            tell("%s: ended by a fault\n", j->text);
        else if (state == PROCESS_KILLED && code == PROCESS_CPU_SIGNAL)
            tell("%s: ended, its CPU time was used up\n", j->text);
    }
}

void job_kill(struct job *j, int signal)
{
    for (unsigned i = 0; i < j->processes; i++)
        process_kill(j->process[i], signal);
}

bool job_hold(struct job *j, bool on)
{
    long error = 0;
    for (unsigned i = 0; i < j->processes && error >= 0; i++)
        if (j->is_running[i])
            error = process_hold(j->process[i], on);
    if (error >= 0)
        j->is_held = on;
    else if (on)
        job_hold(j, false); /* all or none */
    return error >= 0;
}

int job_wait(struct job *j)
{
    j->in_background = false;
    if (j->is_held)
        job_hold(j, false);
    for (job_look(j); j->running; job_look(j)) {
        unsigned event = console_wait(200000); /* proc may end, too */
        if (event == EVENT_INTERRUPT) {
            tell("^C\n");
            job_kill(j, SIGNAL_INTERRUPT);
        } else if (event == EVENT_SUSPEND) {
            j->in_background = true;
            tell("^Z\n[%u] %s %s\n", j->number, j->text,
                 job_hold(j, true) ? "is stopped (fg, bg)"
                                   : "goes on in the background");
            return 0;
        }
    }
    int status = j->status;
    job_forget(j);
    return status;
}

void jobs_look(bool tells)
{
    for (struct job *j = jobs; j < jobs + JOBS_MAX; j++) {
        if (!j->is_used)
            continue;
        job_look(j);
        if (j->running)
            continue;
        if (tells)
            tell("[%u] %s: done (%d)\n", j->number, j->text, j->status);
        job_forget(j);
    }
}

void jobs_list(void)
{
    for (struct job *j = jobs; j < jobs + JOBS_MAX; j++)
        if (j->is_used)
            say("[%u] %s  %s\n", j->number,
                !j->running  ? "done"
                : j->is_held ? "stopped"
                             : "running",
                j->text);
}

struct job *job_find(const char *text)
{
    unsigned long number = 0;
    if (text)
        number = strtoul(text + (*text == '%'), NULL, 10);
    for (struct job *j = jobs + JOBS_MAX; j-- > jobs;)
        if (j->is_used && (!text || j->number == number))
            return j;
    return NULL;
}
