/*
 * shell: lines from a person or a script become programs that run.
 *
 *      shell                 interactive: line.c edits, parse.c takes apart,
 *      shell -c a "; b"      builtin.c or job.c runs; a script's status is
 *      shell rom/SCRIPT      its last command's
 *
 * Capabilities it takes: "vcon" (its console), "proc" (starts programs),
 * "ned" (the system's programs, optional), "fs" and "net", which its programs
 * get as well.
 */
#include "builtin.h"
#include "console.h"
#include "job.h"
#include "line.h"
#include "parse.h"
#include <l4/re/c/util/cap_alloc.h>
#include <stdio.h>
#include <string.h>

static int status;

/* A builtin as the first of a pipeline: the others run, it writes to them. */
static int run_into_pipe(const struct builtin *b, const struct command *c)
{
    l4_cap_idx_t output = L4_INVALID_CAP;
    struct job *j = job_start(c, true, &output);
    if (!j)
        return 1;
    console_divert(output);
    int result = b->run(c->stage[0].argc, (char **)c->stage[0].argv);
    console_divert(L4_INVALID_CAP);
    return c->stages > 1 ? job_wait(j) : (job_wait(j), result);
}

static int run_programs(const struct command *c)
{
    if (!c->in_background)
        console_lend(); /* its keys are edited for it */
    struct job *j = job_start(c, false, NULL);
    int result = !j ? 127 : c->in_background ? 0 : job_wait(j);
    if (!c->in_background)
        console_take_back();
    else if (j)
        tell("[%u] %s\n", j->number, j->text);
    return result;
}

static int run_command(const struct command *c)
{
    const struct builtin *b = builtin_find(c->stage[0].argv[0]);
    for (unsigned i = 1; i < c->stages; i++)
        if (builtin_find(c->stage[i].argv[0])) {
            tell("%s: only the first of a pipe can be the shell's own\n",
                 c->stage[i].argv[0]);
            return 2;
        }
    if (!b)
        return run_programs(c);
    if (c->stages > 1 || c->output)
        return run_into_pipe(b, c);
    return b->run(c->stage[0].argc, (char **)c->stage[0].argv);
}

/* All commands of a line, up to one that is none. */
static void run_line(const char *line)
{
    static struct command command;
    while (*line && !shell_must_exit) {
        const char *wrong = parse(&line, &command);
        if (wrong) {
            tell("shell: %s\n", wrong);
            status = 2;
            return;
        }
        if (command.stages)
            status = run_command(&command);
    }
}

static int run_script(const char *path)
{
    char line[LINE_MAX_BYTES];
    FILE *f = fopen(path, "r");
    if (!f) {
        tell("shell: %s: cannot be read\n", path);
        return 127;
    }
    while (!shell_must_exit && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        run_line(line);
    }
    fclose(f);
    return status;
}

/* A line, typed; false: there are no more. */
static bool read_line(void)
{
    line_begin("$ ");
    for (;;) {
        int key = console_key();
        if (key < 0) {
            unsigned event = console_wait(0);
            if (event == EVENT_INTERRUPT) {
                tell("^C\n");
                line_begin("$ ");
            } else if (event == EVENT_CONSOLE) {
                line_redraw();
            }
            continue;
        }
        enum line_result r = line_key(key);
        if (r != LINE_MORE)
            return r == LINE_DONE;
    }
}

static int interact(void)
{
    tell("Vitrine. `help` says what can be done.\n");
    while (!shell_must_exit && read_line()) {
        run_line(line_text());
        jobs_look(true);
    }
    return status;
}

/* A boot command comes as words: they are one text again. */
static char *words_join(char **words)
{
    static char text[4096];
    for (size_t used = 0; *words; words++, used = strlen(text))
        snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
                 *words);
    return text;
}

int main(int argc, char **argv)
{
    if (console_open() < 0) {
        fprintf(stderr, "shell: no console\n");
        return 1;
    }
    if (argc > 2 && !strcmp(argv[1], "-c")) {
        run_line(words_join(argv + 2));
        return status;
    }
    if (argc == 2)
        return run_script(argv[1]);
    return interact();
}
