/*
 * Tells what it was started with: arguments and environment, each in brackets.
 */
#include <stdio.h>

extern char **environ;

static void tell(const char *what, char **words)
{
    printf("%s:", what);
    for (; *words; words++)
        printf(" [%s]", *words);
    printf("\n");
}

int main(int argc, char **argv)
{
    (void)argc;
    tell("arguments", argv + 1);
    tell("environment", environ);
    return 0;
}
