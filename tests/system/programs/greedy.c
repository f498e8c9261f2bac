/*
 * A program that takes without end: memory, objects, kernel objects, sessions,
 * or time. It says at how many it was stopped, and goes on trying.
 *
 *      argument 1: memory, objects, kernel, sessions, spin, nothing
 */
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/dataspace.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 64 << 10, MOST = 100000, SLOTS = 4000 };

static l4_cap_idx_t slot;

/* More memory, which is really there. */
static long take_memory(void)
{
    long error = l4re_ma_alloc(CHUNK, slot, 0);
    return error < 0 ? error : l4re_ds_allocate(slot, 0, CHUNK);
}

static long take_object(void)
{
    return l4_error(
        l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_NAMESPACE, slot));
}

static long take_kernel_object(void)
{
    return l4_error(l4_factory_create_thread(l4re_env()->factory, slot));
}

static long take_session(void)
{
    return l4_error(l4_factory_create(l4re_env_get_cap("echo"), 0, slot));
}

static const struct {
    const char *name;
    long (*take)(void);
} ways[] = {
    {"memory", take_memory},
    {"objects", take_object},
    {"kernel", take_kernel_object},
    {"sessions", take_session},
};

static void spin(void)
{
    for (volatile unsigned long n = 0;; n = n + 1)
        ;
}

/* Keeps what it gets; says once where that ended. */
static void take_all(long (*take)(void))
{
    int got = 0;
    for (int tries = 0;; tries++) {
        if (got < SLOTS)
            slot = l4re_util_cap_alloc();
        if (take() >= 0) {
            got++;
        } else if (got < MOST) {
            printf("stopped at %d\n", got);
            fflush(stdout);
            got = MOST; /* said */
        }
    }
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (!strcmp(way, ways[i].name))
            take_all(ways[i].take);
    if (!strcmp(way, "spin"))
        spin();
    l4_ipc_sleep(L4_IPC_NEVER);
}
