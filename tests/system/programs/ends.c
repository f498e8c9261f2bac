/*
 * Ways for a program to end, or not to; the argument chooses one:
 *
 *      exit N     returns N from main
 *      fault      reads where nothing is
 *      spin       computes for ever
 *      stuck      loops in assembly, where no step is counted
 *      sleep      waits for ever, for nobody
 *      serve      waits for anybody's message, for ever
 *      call       calls "peer", a gate that nobody ever listens to
 *      objects    makes kernel objects until there are no more, drops one
 *      heap       allocates memory until there is no more, frees a block
 */
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/task.h>
#include <l4/util/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fault(void)
{
    return *(volatile int *)0x400000;
}

static void spin(void)
{
    for (volatile unsigned long n = 0;; n++)
        ;
}

static void stuck(void)
{
    printf("stuck\n"); /* from here on nothing is counted */
#if defined(__x86_64__)
    __asm__ volatile("1: jmp 1b");
#elif defined(__aarch64__)
    __asm__ volatile("1: b 1b");
#else
    __asm__ volatile("1: j 1b");
#endif
}

static int serve(void)
{
    l4_umword_t label;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    return 1;
}

static int call(void)
{
    l4_cap_idx_t peer = l4re_env_get_cap("peer");
    l4_msgtag_t tag =
        l4_ipc_call(peer, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    return l4_msgtag_has_error(tag) ? 2 : 0;
}

static long make_task(l4_cap_idx_t cap)
{
    l4_fpage_t utcb = l4_fpage_invalid();
    return l4_error(l4_factory_create_task(l4re_env()->factory, cap, &utcb));
}

enum { OBJECTS_MAX = 1 << 20 };

static int objects(void)
{
    l4_cap_idx_t last = L4_INVALID_CAP;
    long error = 0;
    for (int made = 0; made < OBJECTS_MAX; made++) {
        l4_cap_idx_t cap = l4re_util_cap_alloc();
        error = l4_is_invalid_cap(cap) ? -L4_ENOMEM : make_task(cap);
        if (error < 0)
            break;
        last = cap;
    }
    printf("no more objects: %s\n", l4sys_errtostr(error));
    if (l4_is_invalid_cap(last))
        return 1;
    l4_task_delete_obj(L4_BASE_TASK_CAP, last);
    error = make_task(last);
    printf("after one was dropped: %s\n", error < 0 ? "none" : "one more");
    return error < 0;
}

enum { BLOCK = 1 << 20, BLOCKS_MAX = 1 << 16 };

static int heap(void)
{
    char *first = NULL, *p;
    for (int blocks = 0; blocks < BLOCKS_MAX && (p = malloc(BLOCK)); blocks++) {
        memset(p, blocks, BLOCK);
        first = first ? first : p;
    }
    printf("no more memory\n");
    if (!first || first[BLOCK - 1])
        return 1;
    free(first);
    char *volatile again = malloc(BLOCK);
    printf("after a block was freed: %s\n", again ? "one" : "none");
    free(again);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "exit") && argc > 2)
        return atoi(argv[2]);
    if (!strcmp(what, "fault"))
        return fault();
    if (!strcmp(what, "spin"))
        spin();
    if (!strcmp(what, "stuck"))
        stuck();
    if (!strcmp(what, "sleep"))
        l4_sleep_forever();
    if (!strcmp(what, "serve"))
        return serve();
    if (!strcmp(what, "call"))
        return call();
    if (!strcmp(what, "objects"))
        return objects();
    if (!strcmp(what, "heap"))
        return heap();
    return 99;
}
