/*
 * A client of the echo server: says a few words, asks how many they were.
 */
#include "echo-client.h"
#include <l4/re/env.h>
#include <stdio.h>

static int failed(const char *what, long error)
{
    printf("%s: %s\n", what, l4sys_errtostr(error));
    return 1;
}

int main(int argc, char **argv)
{
    l4_cap_idx_t echo = l4re_env_get_cap("echo");
    char again[ECHO_SAY_AGAIN_MAX + 1];
    l4_umword_t times;

    for (int i = 1; i < argc; i++) {
        long error = echo_say(echo, argv[i], again);
        if (error < 0)
            return failed("say", error);
        printf("%s\n", again);
    }
    long error = echo_count(echo, &times);
    if (error < 0)
        return failed("count", error);
    printf("%lu times\n", times);
    return times == (l4_umword_t)argc - 1 ? 0 : 1;
}
