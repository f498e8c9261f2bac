/*
 * From the first instruction to main(): a program that is alone. The KIP's
 * address comes in a register; the arguments are the words of the command
 * line that the machine was started with.
 */
#include "../libc/crt/relocate.h"
#include "kenge.h"

#include <l4/vitrine/bootinfo.h>

enum { ARGUMENTS = 16 };

l4_kernel_info_t const *l4_global_kip;

/* How tools know such a program from one that needs sigma0 and moe. */
__attribute__((used, retain)) static const char mark[] =
    "vitrine: a root program";

int main(int argc, char **argv);
void crt_start(unsigned long *block, void *register_kip);

static int split(char *line, char **argv)
{
    int argc = 0;

    while (argc < ARGUMENTS) {
        while (*line == ' ')
            *line++ = 0;
        if (!*line)
            break;
        argv[argc++] = line;
        while (*line && *line != ' ')
            line++;
    }
    argv[argc] = 0;
    return argc;
}

void crt_start(unsigned long *block, void *register_kip)
{
    static char line[sizeof((struct l4_vitrine_bootinfo *)0)->command + 1];
    char *argv[ARGUMENTS + 1];

    (void)block;
    crt_relocate();
    l4_global_kip = register_kip;
    const struct l4_vitrine_bootinfo *b =
        (const struct l4_vitrine_bootinfo *)l4_kip()->user_ptr;
    for (unsigned i = 0; i < sizeof b->command; i++)
        line[i] = b->command[i];
    int argc = split(line, argv);
    kenge_exit(main(argc, argv));
}
