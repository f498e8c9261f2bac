/*
 * The smallest program: one line on the console, and an exit code.
 *
 * printf() is musl's. It ends as one message to the log capability this task
 * was given; there is no other way out of it.
 */
#include <stdio.h>

int main(int argc, char **argv)
{
    printf("Hello from Vitrine! I am %s.\n", argc ? argv[0] : "a root task");
    return 0;
}
