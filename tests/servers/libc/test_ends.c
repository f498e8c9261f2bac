/*
 * How a program can end: one way per argument, checked from outside by
 * check_ends.py. Without an argument it copies lines from its console.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *fill_the_stack(void *depth)
{
    volatile char frame[4096];

    frame[0] = (char)(long)depth;
    fill_the_stack((char *)depth + frame[0] % 2 + 1);
    return (void *)(long)frame[0];
}

static void *end_it(void *unused)
{
    exit(5);
    return unused;
}

static void *work_on(void *unused)
{
    usleep(3000);
    puts("the last thread is done");
    return unused;
}

static void start_and_wait(void *(*function)(void *))
{
    pthread_t t;

    pthread_create(&t, 0, function, 0);
    if (function == work_on)
        pthread_exit(0);
    pthread_join(t, 0);
}

static void say_bye(void)
{
    puts("bye");
}

static void copy_lines(void)
{
    char line[64];

    while (fgets(line, sizeof line, stdin))
        printf("<%.*s>\n", (int)strcspn(line, "\n"), line);
    puts("end of input");
}

static volatile int *volatile nowhere = (volatile int *)8;

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "copy";

    if (!strcmp(way, "copy"))
        copy_lines();
    if (!strcmp(way, "exit")) {
        atexit(say_bye);
        exit(300); /* the low eight bits count */
    }
    if (!strcmp(way, "_exit")) {
        printf("not flushed");
        _exit(7);
    }
    if (!strcmp(way, "abort"))
        abort();
    if (!strcmp(way, "assert"))
        assert(argc == 17);
    if (!strcmp(way, "raise"))
        raise(SIGTERM);
    if (!strcmp(way, "thread"))
        start_and_wait(end_it);
    if (!strcmp(way, "last"))
        start_and_wait(work_on);
    if (!strcmp(way, "overflow"))
        start_and_wait(fill_the_stack);
    if (!strcmp(way, "null"))
        return *nowhere;
    return 0;
}
