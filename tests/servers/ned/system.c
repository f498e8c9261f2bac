/*
 * The simulator as a child process in a folder of its own (see system.h).
 * SIM and PROGRAMS in the environment say where it and the programs are.
 */
#include "system.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

static void add_programs(char *line, size_t size, const char *programs)
{
    char names[512];
    snprintf(names, sizeof names, "sigma0 moe ned %s", programs);
    for (char *n = strtok(names, " "); n; n = strtok(NULL, " ")) {
        size_t used = strlen(line);
        snprintf(line + used, size - used, " '%s/%s'", getenv("PROGRAMS"), n);
    }
}

struct outcome run_command(const char *command, const char *script,
                           const char *programs)
{
    struct outcome o = {0};
    char folder[] = "/tmp/vitrine-ned-XXXXXX", cfg[64], line[4096];
    cr_assert(mkdtemp(folder));
    snprintf(cfg, sizeof cfg, "%s/t.cfg", folder);
    write_file(cfg, script);
    snprintf(line, sizeof line, "exec 2>&1; '%s' --until=30 --command='%s'",
             getenv("SIM"), command);
    add_programs(line, sizeof line, programs);
    size_t used = strlen(line);
    snprintf(line + used, sizeof line - used, " %s </dev/null", cfg);

    FILE *p = popen(line, "r");
    cr_assert(p);
    size_t n = fread(o.text, 1, sizeof o.text - 1, p);
    o.text[n] = 0;
    int status = pclose(p);
    o.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    unlink(cfg);
    rmdir(folder);
    return o;
}

struct outcome run_script(const char *script, const char *programs)
{
    return run_command("rom/ned rom/t.cfg", script, programs);
}
