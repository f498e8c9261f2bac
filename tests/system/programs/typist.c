/*
 * Somebody at a terminal: writes lines, reads one.
 *
 *      sys-typist LINES [MS]      so many ms apart (3)
 */
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/vcon.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { APART_MS = 3, LOOKS = 1000 };

/* A line of input, without its end; false: none has come. */
static bool line_read(char *to, unsigned size)
{
    unsigned used = 0;
    for (unsigned i = 0; i < LOOKS && used < size; i++) {
        int n = l4_vcon_read(l4re_env()->log, to + used, 1);
        if (n <= 0) {
            l4_ipc_sleep_ms(1);
            continue;
        }
        if (to[used] == '\n') {
            to[used] = 0;
            return true;
        }
        used++;
    }
    return false;
}

int main(int argc, char **argv)
{
    unsigned lines = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    unsigned apart = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : APART_MS;
    char line[80];
    for (unsigned i = 1; i <= lines; i++) {
        printf("line %u of %u\n", i, lines);
        if (apart)
            l4_ipc_sleep_ms(apart);
    }
    if (!line_read(line, sizeof line)) {
        printf("nothing was typed\n");
        return 1;
    }
    printf("typed: %s\n", line);
    return 0;
}
