/*
 * Memory from task to task by l4_task_map and l4_task_unmap. A worker in a
 * second task looks at what is there; where it may not, it faults and its
 * handler (a thread of this task) notes the address.
 */
#include "harness.h"

/* What the worker in the other task did last. */
static volatile l4_umword_t seen;
/* What its handler saw; 0: nothing. */
static volatile l4_umword_t fault_at;

enum { WRITE = 2, DONE = 0x600d };

struct other {
    struct space space;
    struct worker worker, handler;
};
static struct other other;

static void handle(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    fault_at = l4_utcb_exc_pfa(l4_utcb_exc());
}

static void read_word(void *arg)
{
    seen = *(volatile l4_umword_t *)arg;
}

static void write_word(void *arg)
{
    *(volatile l4_umword_t *)arg = 4711;
    seen = DONE;
}

static void read_after_write(void *arg)
{
    write_word(arg);
    read_word(arg);
}

/* Runs fn(arg) in the other task; returns the address of its fault (as in a
 * page-fault message), 0: none. */
static l4_umword_t there(void (*fn)(void *), void *arg)
{
    fault_at = 0;
    seen = ~0ul;
    worker_start(&other.handler, handle, 0, 0);
    l4_cap_idx_t gate = gate_to(other.handler.cap, 0);
    space_give(&other.space, gate, L4_CAP_FPAGE_RW);
    other.space.utcbs = 0;
    worker_make_in(&other.worker, &other.space);
    worker_handlers(&other.worker, L4_INVALID_CAP, gate);
    worker_run(&other.worker, fn, arg, 0);
    l4_ipc_sleep_us(10);
    worker_delete(&other.worker);
    worker_delete(&other.handler);
    l4_ipc_sleep_us(1);
    return fault_at;
}

static void begin(void)
{
    space_make(&other.space);
}

static void end(void)
{
    space_delete(&other.space);
    l4_ipc_sleep_us(1);
}

static long map(void *page, l4_addr_t to, unsigned rights)
{
    l4_fpage_t f =
        l4_fpage((l4_addr_t)page, L4_PAGESHIFT, (unsigned char)rights);
    return result(l4_task_map(other.space.task, L4_BASE_TASK_CAP, f,
                              l4_map_control(to, 0, L4_MAP_ITEM_MAP)));
}

static l4_umword_t *word_page(l4_umword_t value)
{
    l4_umword_t *p = page_new();
    *p = value;
    return p;
}

/* The rights that were flushed, or a negative error. */
static long unmap(const void *page, unsigned order, unsigned rights,
                  l4_umword_t mask)
{
    l4_fpage_t f = l4_fpage((l4_addr_t)page, order, (unsigned char)rights);
    long error = result(l4_task_unmap(L4_BASE_TASK_CAP, f, mask));
    return error ? error : (long)(l4_utcb_mr()->mr[2] & 0xf);
}

static void mapped_memory_is_the_same_memory(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(42);
    begin();
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    CHECK_EQ(there(read_word, (void *)w), 0);
    CHECK_EQ(seen, 42);
    CHECK_EQ(there(write_word, (void *)w), 0);
    CHECK_EQ(*(volatile l4_umword_t *)p, 4711);
    end();
}

static void nothing_is_there_unmapped(void)
{
    l4_addr_t w = window_new();
    begin();
    CHECK_EQ(there(read_word, (void *)w), w);
    CHECK_EQ(there(write_word, (void *)(w + 8)), (w + 8) | WRITE);
    end();
}

static void read_only_is_read_only(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(43);
    begin();
    CHECK_EQ(map(p, w, L4_FPAGE_RO), 0);
    CHECK_EQ(there(read_word, (void *)w), 0);
    CHECK_EQ(seen, 43);
    CHECK_EQ(there(write_word, (void *)w), w | WRITE);
    CHECK_EQ(*p, 43);
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0); /* more rights come to it */
    CHECK_EQ(there(write_word, (void *)w), 0);
    end();
}

static void unmap_other_spaces_keeps_ones_own(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(44);
    begin();
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    CHECK(unmap(p, 12, L4_FPAGE_RWX, L4_FP_OTHER_SPACES) >= 0);
    CHECK_EQ(there(read_word, (void *)w), w);
    CHECK_EQ(*p, 44);
    end();
}

static void unmap_all_spaces_takes_ones_own(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(45);
    begin();
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    CHECK(unmap(p, 12, L4_FPAGE_RWX, L4_FP_ALL_SPACES) >= 0);
    CHECK_EQ(there(read_word, (void *)w), w);
    l4_fpage_t f = l4_fpage((l4_addr_t)p, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(other.space.task, L4_BASE_TASK_CAP, f, w)), 0);
    CHECK_EQ(there(read_word, (void *)w), w); /* there was nothing to map */
    CHECK_EQ(*(volatile l4_umword_t *)p, 45); /* sigma0 gives it again */
    end();
}

static void unmap_of_w_leaves_r(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(46);
    begin();
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    CHECK(unmap(p, 12, L4_FPAGE_W, L4_FP_OTHER_SPACES) >= 0);
    CHECK_EQ(there(read_word, (void *)w), 0);
    CHECK_EQ(seen, 46);
    CHECK_EQ(there(write_word, (void *)w), w | WRITE);
    end();
}

static void unmap_tells_what_was_used(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(47);
    begin();
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    CHECK_EQ(unmap(p, 12, L4_FPAGE_RWX, L4_FP_OTHER_SPACES), 0);
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    there(read_word, (void *)w);
    CHECK_EQ(unmap(p, 12, L4_FPAGE_RWX, L4_FP_OTHER_SPACES), L4_FPAGE_RO);
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    there(write_word, (void *)w);
    CHECK(unmap(p, 12, L4_FPAGE_RWX, L4_FP_OTHER_SPACES) & L4_FPAGE_W);
    end();
}

static void unmap_is_recursive(void)
{
    l4_addr_t w = window_new(), far = window_new();
    l4_umword_t *p = word_page(48);
    struct space third;
    begin();
    space_make(&third);
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    l4_fpage_t f = l4_fpage(w, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(third.task, other.space.task, f,
                                l4_map_control(far, 0, 0))),
             0);
    f = l4_fpage(far, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(other.space.task, third.task, f,
                                l4_map_control(far, 0, 0))),
             0);
    CHECK_EQ(there(read_word, (void *)far), 0);
    CHECK_EQ(seen, 48);
    CHECK(unmap(p, 12, L4_FPAGE_RWX, L4_FP_OTHER_SPACES) >= 0);
    CHECK_EQ(there(read_word, (void *)far), far);
    space_delete(&third);
    end();
}

static void the_end_of_a_task_takes_what_it_handed_on(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(49);
    struct space third;
    begin();
    space_make(&third);
    l4_fpage_t f = l4_fpage((l4_addr_t)p, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(third.task, L4_BASE_TASK_CAP, f,
                                l4_map_control(w, 0, 0))),
             0);
    f = l4_fpage(w, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(other.space.task, third.task, f,
                                l4_map_control(w, 0, 0))),
             0);
    CHECK_EQ(there(read_word, (void *)w), 0);
    space_delete(&third);
    l4_ipc_sleep_us(1);
    CHECK_EQ(there(read_word, (void *)w), w);
    end();
}

static void granted_memory_moves(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(50);
    begin();
    l4_fpage_t f = l4_fpage((l4_addr_t)p, 12, L4_FPAGE_RWX);
    PROVE("task_map", "success",
          result(l4_task_map(other.space.task, L4_BASE_TASK_CAP, f,
                             l4_map_control(w, 0, L4_MAP_ITEM_GRANT))),
          0);
    /* not this task's any more: it has nothing to take back */
    CHECK_EQ(unmap(p, 12, L4_FPAGE_RWX, L4_FP_OTHER_SPACES), 0);
    CHECK_EQ(there(read_word, (void *)w), 0);
    CHECK_EQ(seen, 50);
    end();
    CHECK_EQ(*(volatile l4_umword_t *)p, 50);
}

static void what_is_there_is_replaced(void)
{
    l4_addr_t w = window_new();
    l4_umword_t *p = word_page(51), *q = word_page(52);
    begin();
    CHECK_EQ(map(p, w, L4_FPAGE_RW), 0);
    CHECK_EQ(map(q, w, L4_FPAGE_RW), 0);
    CHECK_EQ(there(read_after_write, (void *)w), 0);
    CHECK_EQ(*(volatile l4_umword_t *)p, 51);
    CHECK_EQ(*(volatile l4_umword_t *)q, 4711);
    end();
}

static void map_errors(void)
{
    begin();
    l4_fpage_t small = l4_fpage((l4_addr_t)word_page(0), 11, L4_FPAGE_RW);
    PROVE("task_map", "memory below a page",
          result(l4_task_map(other.space.task, L4_BASE_TASK_CAP, small,
                             window_new())),
          -L4_EINVAL);
    l4_cap_idx_t ro = cap_copy(other.space.task, L4_CAP_FPAGE_RS);
    l4_fpage_t page = l4_fpage((l4_addr_t)word_page(0), 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(ro, L4_BASE_TASK_CAP, page, window_new())),
             -L4_EPERM);
    end();
}

/* Whatever the order and the place, the kernel says something and lives. */
static void any_order_at_any_place(void)
{
    static const l4_addr_t places[] = {0, 0x1000, 0x123456789000, ~0xffful};
    begin();
    for (unsigned order = 0; order < 64; order++)
        for (unsigned i = 0; i < 4; i++) {
            l4_fpage_t f = l4_fpage(places[i], order, L4_FPAGE_RO);
            l4_task_map(other.space.task, L4_BASE_TASK_CAP, f, places[3 - i]);
            l4_task_unmap(other.space.task, f, L4_FP_ALL_SPACES);
        }
    end();
}

static void kernel_user_memory_stays_its_tasks(void)
{
    /* granting it only maps it, so that it goes with its task */
    struct space owner;
    l4_addr_t w = window_new();
    begin();
    space_make(&owner);
    l4_fpage_t f = l4_fpage(0x3100000000, 12, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(other.space.task, owner.task, f,
                                l4_map_control(w, 0, L4_MAP_ITEM_GRANT))),
             0);
    CHECK_EQ(there(read_word, (void *)w), 0);
    space_delete(&owner);
    l4_ipc_sleep_us(1);
    CHECK_EQ(there(read_word, (void *)w), w);
    end();
}

static void unmap_of_its_own_code(void *arg)
{
    l4_fpage_t all = l4_fpage_set_rights(l4_fpage_all(), L4_FPAGE_RWX);
    l4_task_unmap((l4_cap_idx_t)arg, all, L4_FP_ALL_SPACES);
    seen = DONE;
}

static void a_task_without_its_code_faults(void)
{
    begin();
    space_give(&other.space, other.space.task, L4_CAP_FPAGE_RWS);
    CHECK(there(unmap_of_its_own_code, (void *)other.space.task) != 0);
    CHECK_EQ(seen, ~0ul);
    end();
}

const struct kernel_test memory_tests[] = {
    {"memory: mapped, it is the same memory", mapped_memory_is_the_same_memory},
    {"memory: unmapped, nothing is there", nothing_is_there_unmapped},
    {"memory: read-only is read-only", read_only_is_read_only},
    {"memory: OTHER_SPACES keeps one's own", unmap_other_spaces_keeps_ones_own},
    {"memory: ALL_SPACES takes one's own", unmap_all_spaces_takes_ones_own},
    {"memory: unmap of W leaves R", unmap_of_w_leaves_r},
    {"memory: unmap tells what was used", unmap_tells_what_was_used},
    {"memory: unmap is recursive", unmap_is_recursive},
    {"memory: the end of a task takes what it handed on",
     the_end_of_a_task_takes_what_it_handed_on},
    {"memory: granted, it moves", granted_memory_moves},
    {"memory: what is there is replaced", what_is_there_is_replaced},
    {"memory: errors of map", map_errors},
    {"memory: any order at any place", any_order_at_any_place},
    {"memory: kernel-user memory stays its task's",
     kernel_user_memory_stays_its_tasks},
    {"memory: a task without its code faults", a_task_without_its_code_faults},
    {0, 0},
};
