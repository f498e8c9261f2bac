/*
 * A process for test_proc.c; its first argument says what it does.
 */
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int do_check(int argc, char **argv)
{
    const char *color = getenv("COLOR");
    return argc == 4 && !strcmp(argv[0], "my name") &&
                   !strcmp(argv[2], "two words") && !*argv[3] && color &&
                   !strcmp(color, "red")
               ? 42
               : 1;
}

static int do_allocate(void)
{
    for (;;) {
        char *more = malloc(1 << 20);
        if (!more)
            return 3;
        memset(more, 1, 1 << 20);
    }
}

static void *spin(void *data)
{
    for (volatile int i = 0;; i = i + 1)
        ;
    return data;
}

static int do_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, spin, NULL))
        return 4;
    pthread_join(thread, NULL);
    return 5;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "exit"))
        return atoi(argv[2]);
    if (!strcmp(what, "check"))
        return do_check(argc, argv);
    if (!strcmp(what, "fault"))
        *(volatile int *)strtoul(argv[2], NULL, 0) = 1;
    if (!strcmp(what, "trigger"))
        return l4_error(l4_irq_trigger(l4re_env_get_cap("given"))) < 0;
    if (!strcmp(what, "allocate"))
        return do_allocate();
    if (!strcmp(what, "sleep"))
        l4_ipc_sleep(L4_IPC_NEVER);
    if (!strcmp(what, "spin"))
        spin(NULL);
    if (!strcmp(what, "thread"))
        return do_thread();
    return 100;
}
