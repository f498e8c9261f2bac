/*
 * Given: hands pages on from task to task and takes them back. Nothing runs
 * in those tasks; judged is what the kernel takes from whom, in which order.
 *
 *      me --- anna --- bert --- carl      pages 0 to 3
 *        \--- dora                        page 2
 *      me --- erna                        another page, at the same address
 *
 * Each l4_task_unmap() is a scene: page 0 from those who have it from anna; the
 * right W to page 1 from anna and those; pages 2 and 3 from all who have them
 * of me; once more, when there is nothing left; page 3, handed on 24 times;
 * page 3, given to 40, and by them to 40.
 */
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/task.h>
#include <stdio.h>

enum { PAGES = 4, DEEP = 24, WIDE = 40 };

static char pages[PAGES + 1][L4_PAGESIZE]
    __attribute__((aligned(PAGES * L4_PAGESIZE)));

static l4_cap_idx_t new_task(const char *name)
{
    l4_cap_idx_t task = l4re_util_cap_alloc();
    l4_fpage_t no_utcbs = l4_fpage_invalid();
    l4_factory_create_task(l4re_env()->factory, task, &no_utcbs);
    l4_debugger_set_object_name(task, name);
    return task;
}

static void hand_on(l4_cap_idx_t from, l4_cap_idx_t to, unsigned page)
{
    l4_fpage_t what =
        l4_fpage((l4_addr_t)pages[page], L4_PAGESHIFT, L4_FPAGE_RW);
    long error = l4_error(l4_task_map(
        to, from, what,
        l4_map_control((l4_addr_t)pages[page % PAGES], 0, L4_MAP_ITEM_MAP)));
    if (error < 0)
        printf("map: %s\n", l4sys_errtostr(error));
}

/* A scene: takes `rights` to 2^order bytes from `page` on back. */
static void take(l4_cap_idx_t task, unsigned page, unsigned order,
                 unsigned char rights, l4_umword_t whose)
{
    l4_task_unmap(task, l4_fpage((l4_addr_t)pages[page], order, rights), whose);
}

static void a_family(void)
{
    l4_cap_idx_t anna = new_task("anna"), bert = new_task("bert"),
                 carl = new_task("carl"), dora = new_task("dora"),
                 erna = new_task("erna");
    for (unsigned i = 0; i < PAGES; i++) {
        hand_on(L4_BASE_TASK_CAP, anna, i);
        hand_on(anna, bert, i);
        hand_on(bert, carl, i);
    }
    hand_on(L4_BASE_TASK_CAP, dora, 2);
    hand_on(L4_BASE_TASK_CAP, erna, PAGES);

    take(anna, 0, L4_PAGESHIFT, L4_FPAGE_RWX, L4_FP_OTHER_SPACES);
    take(anna, 1, L4_PAGESHIFT, L4_FPAGE_W, L4_FP_ALL_SPACES);
    take(L4_BASE_TASK_CAP, 2, L4_PAGESHIFT + 1, L4_FPAGE_RWX,
         L4_FP_OTHER_SPACES);
    take(L4_BASE_TASK_CAP, 2, L4_PAGESHIFT + 1, L4_FPAGE_RWX,
         L4_FP_OTHER_SPACES);
}

/* From task to task to task. */
static void a_line(void)
{
    l4_cap_idx_t last = L4_BASE_TASK_CAP;
    for (unsigned i = 0; i < DEEP; i++) {
        l4_cap_idx_t next = new_task("line");
        hand_on(last, next, 3);
        last = next;
    }
    take(L4_BASE_TASK_CAP, 3, L4_PAGESHIFT, L4_FPAGE_RWX, L4_FP_OTHER_SPACES);
}

/* To many, and from each to one more. */
static void a_crowd(void)
{
    for (unsigned i = 0; i < WIDE; i++) {
        l4_cap_idx_t one = new_task("crowd"), two = new_task("below");
        hand_on(L4_BASE_TASK_CAP, one, 3);
        hand_on(one, two, 3);
    }
    take(L4_BASE_TASK_CAP, 3, L4_PAGESHIFT, L4_FPAGE_RWX, L4_FP_OTHER_SPACES);
}

int main(void)
{
    for (unsigned i = 0; i <= PAGES; i++)
        pages[i][0] = 1; /* ours before it is anybody else's */
    a_family();
    a_line();
    a_crowd();
    printf("the end\n");
    return 0;
}
