/*
 * A program that is linked to a fixed address says where it is: what the linker
 * stored must be right without a relocation.
 */
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *volatile stored = "stored by the linker";
static int (*volatile self)(int, char **);

int main(int argc, char **argv)
{
    char *heap = strdup(stored);
    self = main;
    printf("%s, main at %lx\n", heap, (unsigned long)self & ~0xffffful);
    fflush(stdout);
    free(heap);
    if (argc > 1 && !strcmp(argv[1], "stay"))
        l4_ipc_sleep(L4_IPC_NEVER);
    return 0;
}
