/*
 * Kenge's few services: the end, memory, slots, threads. See kenge.h.
 *
 *  I1  Memory from `next_page` to the end of the boot information's free
 *      piece is nobody's.
 *  I2  UTCB i of the task's page is the i-th thread's; 0 is the first one's.
 */
#include "kenge.h"

#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/util/thread.h>
#include <l4/vitrine/bootinfo.h>
#include <l4/vitrine/debug.h>
#include <string.h>

enum { FIRST_CAP = 0x20, STACK_PAGES = 4 };

static l4_addr_t next_page;

static const struct l4_vitrine_bootinfo *boot_table(void)
{
    return (const struct l4_vitrine_bootinfo *)l4_kip()->user_ptr;
}

_Noreturn void kenge_exit(int code)
{
    l4_utcb_mr()->mr[0] = L4_VITRINE_END;
    l4_utcb_mr()->mr[1] = (l4_umword_t)code;
    l4_ipc_call(L4_BASE_DEBUGGER_CAP, l4_utcb(),
                l4_msgtag(L4_PROTO_DEBUGGER, 2, 0, 0), L4_IPC_NEVER);
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

void *kenge_pages(size_t count)
{
    const struct l4_vitrine_bootinfo *b = boot_table();
    l4_addr_t at = next_page ? next_page : l4_round_page(b->free_start);

    if (count > (b->free_end - at) / L4_PAGESIZE)
        return NULL;
    next_page = at + count * L4_PAGESIZE; /* keeps I1 */
    return memset((void *)at, 0, count * L4_PAGESIZE);
}

l4_cap_idx_t kenge_cap(void)
{
    static l4_umword_t used;

    return (FIRST_CAP + __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED))
           << L4_CAP_SHIFT;
}

/* A UTCB nobody has; NULL: the page is used up. */
static l4_utcb_t *next_utcb(void)
{
    static unsigned used = 1; /* the first thread's own */
    static l4_addr_t page;
    unsigned i = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);

    if (!page)
        page = l4_trunc_page((l4_addr_t)l4_utcb());
    if (i >= L4_PAGESIZE / L4_UTCB_OFFSET)
        return NULL;
    return (l4_utcb_t *)(page + i * L4_UTCB_OFFSET); /* keeps I2 */
}

/* What a new thread finds on its stack. */
struct beginning {
    void (*function)(void *);
    void *argument;
};

/* In kenge_entry.S: calls function(argument) of the beginning at sp. */
extern char kenge_thread_entry[];

long kenge_thread(void (*function)(void *), void *argument, unsigned priority,
                  l4_cap_idx_t *ret_thread)
{
    l4_utcb_t *utcb = next_utcb();
    char *stack = utcb ? kenge_pages(STACK_PAGES) : NULL;
    l4_cap_idx_t thread = kenge_cap();
    struct beginning *b;
    long error;

    if (!stack)
        return -L4_ENOMEM;
    b = (struct beginning *)(stack + STACK_PAGES * L4_PAGESIZE) - 1;
    *b = (struct beginning){function, argument};
    error = l4util_create_thread(
        thread, utcb, L4_BASE_FACTORY_CAP, (l4_umword_t)kenge_thread_entry,
        (l4_umword_t)b, L4_INVALID_CAP, L4_BASE_TASK_CAP, L4_BASE_SCHEDULER_CAP,
        l4_sched_param(priority, 0));
    if (!error)
        *ret_thread = thread;
    return error;
}
