/*
 * I/O ports: handed on 1:1 by items and l4_task_map(), and taken back. Where
 * the machine has none (sigma0 gives nothing) there is nothing to test.
 */
#include "harness.h"

enum { PORT = 0x3f8, ORDER = 3 };

static l4_fpage_t ports(unsigned first, unsigned order)
{
    return l4_iofpage(first, order);
}

/* Asks sigma0 for ports as an I/O fault would. */
static void from_sigma0(unsigned first, unsigned order)
{
    l4_utcb_br()->bdr = l4_bdr(0, 0, 0, 0);
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = l4_iofpage(0, L4_WHOLE_IOADDRESS_SPACE).raw;
    l4_utcb_mr()->mr[0] = ports(first, order).raw;
    l4_utcb_mr()->mr[1] = 0;
    CHECK_EQ(request(L4_BASE_PAGER_CAP, L4_PROTO_IO_PAGE_FAULT, 2, 0), 0);
    l4_utcb_br()->br[0] = 0;
}

/* --- a task to give ports to, which can show what it has -------------------
 */

static struct space other;
static struct worker shower;
static l4_fpage_t shown;
static volatile unsigned shows;

/* Sends `shown` to whoever listens, again and again. */
static void show(void *gate)
{
    for (;;) {
        l4_msgtag_t tag = l4_msgtag(0, 0, 0, 0);
        l4_sndfpage_add(shown, 0, &tag);
        l4_ipc_send((l4_cap_idx_t)gate, l4_utcb(), tag, L4_IPC_NEVER);
        shows++;
    }
}

static l4_cap_idx_t shower_gate;

static void other_make(void)
{
    space_make(&other);
    shower_gate = gate_to(MAIN_CAP, 0);
    space_give(&other, shower_gate, L4_CAP_FPAGE_RW);
    worker_make_in(&shower, &other);
    worker_run(&shower, show, (void *)shower_gate, 0);
}

static void other_delete(void)
{
    worker_delete(&shower);
    cap_delete(shower_gate);
    space_delete(&other);
    l4_ipc_sleep_us(1);
}

/* Does the other task have any of these ports? (It hands them to this one,
 * which says if something came.) */
static int has(unsigned first, unsigned order)
{
    l4_umword_t label;
    shown = ports(first, order);
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0); /* an older one */
    l4_utcb_br()->bdr = l4_bdr(0, 0, 0, 0);
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = l4_iofpage(0, L4_WHOLE_IOADDRESS_SPACE).raw;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_utcb_br()->br[0] = 0;
    CHECK_EQ(ipc_code(tag), 0);
    CHECK_EQ(l4_msgtag_items(tag), 1);
    return !(l4_utcb_mr()->mr[0] & 2);
}

static long map(unsigned first, unsigned order)
{
    return result(
        l4_task_map(other.task, L4_BASE_TASK_CAP, ports(first, order), 0));
}

static void unmap_mine(unsigned first, unsigned order, l4_umword_t mask)
{
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, ports(first, order), mask)),
             0);
}

/* This task has them all, the other one none. */
static int begin(void)
{
    from_sigma0(0, 10);
    other_make();
    CHECK_EQ(map(PORT, ORDER), 0);
    if (has(PORT, ORDER)) {
        CHECK_EQ(
            result(l4_task_unmap(other.task, ports(0, 16), L4_FP_ALL_SPACES)),
            0);
        return 1;
    }
    other_delete();
    return 0;
}

static void end(void)
{
    other_delete();
    unmap_mine(0, 16, L4_FP_ALL_SPACES);
}

/* --- tests -------------------------------------------------------------------
 */

static void mapping_hands_them_on(void)
{
    if (!begin())
        return;
    CHECK(!has(PORT, ORDER));
    CHECK_EQ(map(PORT, ORDER), 0);
    CHECK(has(PORT, ORDER));
    CHECK(has(PORT + 7, 0));
    CHECK(!has(PORT + 8, 0));
    CHECK(!has(PORT - 1, 0));
    CHECK_EQ(map(PORT + 3, ORDER), 0); /* aligned down: the same */
    CHECK(!has(PORT + 8, 0));
    end();
}

static void they_are_taken_back(void)
{
    if (!begin())
        return;
    CHECK_EQ(map(PORT, ORDER), 0);
    unmap_mine(PORT + 1, 0, L4_FP_OTHER_SPACES);
    CHECK(has(PORT, 0));
    CHECK(!has(PORT + 1, 0));
    CHECK(has(PORT + 2, 0));
    unmap_mine(0, 16, L4_FP_OTHER_SPACES);
    CHECK(!has(0, 16));
    CHECK_EQ(map(PORT, ORDER), 0); /* this one kept its own */
    CHECK(has(PORT, ORDER));
    unmap_mine(PORT, ORDER, L4_FP_ALL_SPACES);
    CHECK(!has(PORT, ORDER));
    CHECK_EQ(map(PORT, ORDER), 0); /* nothing to give */
    CHECK(!has(PORT, ORDER));
    CHECK_EQ(map(0x60, 0), 0); /* the rest is still there */
    CHECK(has(0x60, 0));
    end();
}

static void a_task_gives_its_own_up(void)
{
    if (!begin())
        return;
    CHECK_EQ(map(PORT, ORDER), 0);
    CHECK_EQ(result(l4_task_unmap(other.task, ports(PORT, ORDER),
                                  L4_FP_OTHER_SPACES)),
             0);
    CHECK(has(PORT, ORDER));
    CHECK_EQ(
        result(l4_task_unmap(other.task, ports(PORT, 2), L4_FP_ALL_SPACES)), 0);
    CHECK(!has(PORT, 2));
    CHECK(has(PORT + 4, 2));
    end();
}

static void rights_of_mapping(void)
{
    if (!begin())
        return;
    l4_fpage_t none = l4_fpage_set_rights(ports(PORT, ORDER), 0);
    CHECK_EQ(result(l4_task_map(other.task, L4_BASE_TASK_CAP, none, 0)), 0);
    CHECK(!has(PORT, ORDER));
    CHECK_EQ(result(l4_task_map(cap_copy(other.task, L4_CAP_FPAGE_RS),
                                L4_BASE_TASK_CAP, ports(PORT, ORDER), 0)),
             -L4_EPERM);
    CHECK(!has(PORT, ORDER));
    end();
}

static void a_grant_moves_them(void)
{
    if (!begin())
        return;
    CHECK_EQ(
        result(l4_task_map(other.task, L4_BASE_TASK_CAP, ports(PORT, ORDER),
                           l4_map_control(0, 0, L4_MAP_ITEM_GRANT))),
        0);
    CHECK(has(PORT, ORDER)); /* (shown: they are this task's again, below) */
    unmap_mine(PORT, ORDER, L4_FP_ALL_SPACES);
    CHECK(has(PORT, ORDER)); /* not derived from this task's */
    end();
}

/* What a window lets through of the other task's ports: 1 something. */
static int window_takes(l4_fpage_t window, l4_fpage_t send)
{
    l4_umword_t label;
    shown = send;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0);
    l4_utcb_br()->bdr = l4_bdr(0, 0, 0, 0);
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = window.raw;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_utcb_br()->br[0] = 0;
    return ipc_code(tag) ? -1 : !(l4_utcb_mr()->mr[0] & 2);
}

static void a_window_takes_what_it_has_in_common(void)
{
    if (!begin())
        return;
    CHECK_EQ(map(PORT, ORDER), 0);
    CHECK_EQ(window_takes(ports(PORT, ORDER), ports(PORT, ORDER)), 1);
    CHECK_EQ(window_takes(ports(PORT + 4, 2), ports(PORT, ORDER)), 1);
    CHECK_EQ(window_takes(ports(0, 10), ports(PORT, ORDER)), 1);
    CHECK_EQ(window_takes(ports(0x60, ORDER), ports(PORT, ORDER)), 0);
    CHECK_EQ(window_takes(ports(PORT, ORDER), ports(0, 10)), 1);
    end();
}

static void a_window_of_another_kind_cuts_the_message(void)
{
    if (!begin())
        return;
    CHECK_EQ(window_takes(l4_fpage_all(), ports(PORT, ORDER)), -1);
    CHECK_EQ(l4_ipc_error_code(l4_utcb()) & ~1, L4_IPC_SEMSGCUT);
    end();
}

static void a_task_that_ends_gives_them_back(void)
{
    if (!begin())
        return;
    other_delete();
    l4_umword_t free = kernel_use().free;
    other_make();
    CHECK_EQ(map(0, 10), 0);
    CHECK(has(PORT, ORDER));
    other_delete();
    CHECK_EQ(kernel_use().free, free);
    unmap_mine(0, 16, L4_FP_ALL_SPACES);
}

const struct kernel_test io_tests[] = {
    {"io: mapping hands ports on", mapping_hands_them_on},
    {"io: they are taken back", they_are_taken_back},
    {"io: a task gives its own up", a_task_gives_its_own_up},
    {"io: rights of mapping", rights_of_mapping},
    {"io: a grant moves them", a_grant_moves_them},
    {"io: a window takes what it has in common",
     a_window_takes_what_it_has_in_common},
    {"io: a window of another kind cuts the message",
     a_window_of_another_kind_cuts_the_message},
    {"io: a task that ends gives them back", a_task_that_ends_gives_them_back},
    {0, 0},
};
