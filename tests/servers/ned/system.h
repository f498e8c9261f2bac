/* Runs a description in the simulator, as a person would. */
#ifndef SYSTEM_H
#define SYSTEM_H

struct outcome {
    int code;        /* the simulator's exit code */
    char text[8192]; /* all it printed, both streams */
};

/*
 * Writes `script` to t.cfg and runs "rom/ned rom/t.cfg" with the programs
 * named in `programs` (spaces between) as further boot modules.
 */
struct outcome run_script(const char *script, const char *programs);
/* Runs `command` with t.cfg holding `script`. */
struct outcome run_command(const char *command, const char *script,
                           const char *programs);

#endif
