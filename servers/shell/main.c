/*
 * shell: lines from a person or a script become programs that run.
 *
 *      shell                     interactive: line.c edits, script.c and
 *      shell -c a "; b"          parse.c take apart, run.c runs; a script's
 *      shell rom/SCRIPT [$1 ...] status is its last command's
 *
 * Capabilities it takes: "vcon" (its console), "proc" (starts programs),
 * "ned" (the system's programs, optional), "fs" and "net", which its programs
 * get as well.
 */
#include "builtin.h"
#include "console.h"
#include "job.h"
#include "line.h"
#include "run.h"
#include "vars.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 4096 };

/* The file as text, which the caller frees; NULL: it cannot be read. */
static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t used = 0, size = 0, n = 1;
    char *text = NULL;
    while (f && n) {
        if (size - used < 2) {
            char *more = realloc(text, size += TEXT_BYTES);
            if (!more)
                break;
            text = more;
        }
        n = fread(text + used, 1, size - used - 1, f);
        used += n;
    }
    if (f)
        fclose(f);
    if (text)
        text[used] = 0;
    return text;
}

static int run_script(char **argv)
{
    char *text = read_file(argv[0]);
    if (!text) {
        tell("shell: %s: cannot be read\n", argv[0]);
        return 127;
    }
    for (char name[] = "0"; *argv && *name <= '9'; argv++, ++*name)
        vars_set(name, *argv);
    int status = run_text(text);
    free(text);
    return status;
}

/* A line, typed; false: there are no more. *ret_dropped: by Ctrl-C. */
static bool read_line(const char *prompt, bool *ret_dropped)
{
    *ret_dropped = false;
    line_begin(prompt);
    for (;;) {
        int key = console_key();
        if (key < 0) {
            unsigned event = console_wait(0);
            if (event == EVENT_INTERRUPT) {
                tell("^C\n");
                *ret_dropped = true;
                return true;
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

/* Lines up to where a command has its end: `if` and the like may have several.
 * False: there are no more. */
static bool read_command(char *text, size_t size)
{
    bool is_dropped;
    size_t used = 0;
    *text = 0;
    do {
        if (!read_line(used ? "> " : "$ ", &is_dropped))
            return false;
        if (is_dropped)
            used = *text = 0;
        else
            used +=
                (size_t)snprintf(text + used, size - used, "%s\n", line_text());
    } while (used && used < size && run_goes_on(text));
    return true;
}

static int interact(void)
{
    static char text[TEXT_BYTES];
    int status = 0;
    tell("Vitrine. `help` says what can be done.\n");
    while (!shell_must_exit && read_command(text, sizeof text)) {
        status = run_text(text);
        jobs_look(true);
    }
    return status;
}

/* A boot command comes as words: they are one text again. */
static char *words_join(char **words)
{
    static char text[TEXT_BYTES];
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
    if (argc > 2 && !strcmp(argv[1], "-c"))
        return run_text(words_join(argv + 2));
    if (argc > 1)
        return run_script(argv + 1);
    return interact();
}
