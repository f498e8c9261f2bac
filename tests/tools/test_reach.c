/* Reach and take-grant on small graphs made by hand. */
#include "reach.h"

#include <criterion/criterion.h>
#include <string.h>

enum { A = 1, B, C, GATE_B, GATE_C, NIC, A_THREAD, B_THREAD, C_THREAD };
enum { R = 4, W = 1 };

static struct capgraph g = {.history = true};
static struct reach r;
static struct witness w;

static void feed(unsigned event, const uint64_t *args, unsigned count)
{
    struct vtr_record record = {.event = (uint16_t)event};

    memcpy(record.arg, args, count * sizeof(*args));
    capgraph_feed(&g, &record);
}

#define FEED(event, ...)                                                       \
    feed(event, (uint64_t[]){__VA_ARGS__},                                     \
         sizeof((uint64_t[]){__VA_ARGS__}) / 8)

static void name(uint64_t id, const char *text)
{
    uint64_t args[6] = {id};

    memcpy(&args[1], text, strlen(text));
    feed(VTR_NAME, args, 6);
}

/* Three tasks with a thread each, a gate to B, one to C, and a NIC. */
static void setup(void)
{
    static const char *const names[] = {[A] = "a", [B] = "b", [C] = "c"};

    for (uint64_t t = A; t <= C; t++) {
        FEED(VTR_CREATE, t, VTR_T_TASK, 0, 0);
        name(t, names[t]);
        FEED(VTR_CREATE, t + A_THREAD - A, VTR_T_THREAD, 0, 0);
        FEED(VTR_BIND, t + A_THREAD - A, t, 0);
    }
    FEED(VTR_CREATE, GATE_B, VTR_T_GATE, 0, 0);
    FEED(VTR_GATE_BIND, GATE_B, B_THREAD, 0);
    FEED(VTR_CREATE, GATE_C, VTR_T_GATE, 0, 0);
    FEED(VTR_GATE_BIND, GATE_C, C_THREAD, 0);
    FEED(VTR_CREATE, NIC, VTR_T_IRQ, 0, 0);
    name(NIC, "nic");
}

TestSuite(reach, .init = setup);

static bool now(uint32_t from, const char *to)
{
    struct targets t;

    cr_assert(targets_find(&t, &g.objects, to));
    reach_make(&r, &g, &g.objects);
    bool found = reach_now(&r, from, &t, &w);
    targets_free(&t);
    reach_free(&r);
    return found;
}

static bool ever(uint32_t who, const char *what)
{
    struct targets t;

    cr_assert(targets_find(&t, &g.objects, what));
    reach_make(&r, &g, &g.objects);
    bool found = reach_ever(&r, who, &t, &w);
    targets_free(&t);
    reach_free(&r);
    return found;
}

Test(reach, nothing_held_reaches_nothing)
{
    cr_assert_not(now(A, "nic"));
    cr_assert_not(ever(A, "nic"));
}

Test(reach, a_gate_leads_to_its_server_and_what_that_holds)
{
    FEED(VTR_CAP_MAP, 0, 0, A, 0x10, GATE_B, R);
    FEED(VTR_CAP_MAP, 0, 0, B, 0x20, NIC, R);
    cr_assert(now(A, "nic"));
    cr_assert_eq(w.count, 4); /* a, gate, b, nic */
    cr_assert_eq(w.path[1].by->slot, 0x10);
    cr_assert_null(w.path[2].by);
    cr_assert_eq(w.path[3].by->slot, 0x20);
    witness_free(&w);
    cr_assert_not(now(B, "a"), "a server does not reach its clients");
}

Test(reach, an_answer_can_carry_what_the_server_holds)
{
    FEED(VTR_CAP_MAP, 0, 0, A, 0x10, GATE_B, R);
    FEED(VTR_CAP_MAP, 0, 0, B, 0x20, NIC, R);
    cr_assert(ever(A, "nic"));
    cr_assert_eq(w.count, 2);
    cr_assert_eq(w.path[0].id, B);
    cr_assert_eq(w.path[0].by->object, NIC);
    cr_assert_eq(w.path[1].id, A);
    witness_free(&w);
}

Test(reach, without_w_a_client_gives_its_server_nothing)
{
    FEED(VTR_CAP_MAP, 0, 0, A, 0x10, GATE_B, R);
    FEED(VTR_CAP_MAP, 0, 0, A, 0x11, NIC, R);
    cr_assert_not(ever(B, "nic"));
    FEED(VTR_CAP_MAP, 0, 0, A, 0x10, GATE_B, W);
    cr_assert(ever(B, "nic"));
    witness_free(&w);
}

Test(reach, two_clients_leak_through_a_common_server)
{
    FEED(VTR_CAP_MAP, 0, 0, A, 0x10, GATE_B, R | W);
    FEED(VTR_CAP_MAP, 0, 0, C, 0x10, GATE_B, R | W);
    FEED(VTR_CAP_MAP, 0, 0, C, 0x11, NIC, R);
    cr_assert(ever(A, "nic"), "c gives it to b, b to a");
    cr_assert_eq(w.count, 3);
    witness_free(&w);
    cr_assert_not(now(A, "nic"));
}

Test(reach, nothing_passes_through_the_trusted)
{
    FEED(VTR_CAP_MAP, 0, 0, A, 0x10, GATE_B, R | W);
    FEED(VTR_CAP_MAP, 0, 0, B, 0x20, NIC, R);
    name(B, "moe");
    cr_assert_not(now(A, "nic"));
    cr_assert_not(ever(A, "nic"));
}

Test(reach, a_chain_of_delegations_ends_at_the_kernel)
{
    FEED(VTR_CAP_MAP, 0, 0, B, 0x20, NIC, R | W);
    FEED(VTR_CAP_MAP, B, 0x20, C, 0x21, NIC, R);
    FEED(VTR_CAP_MAP, C, 0x21, A, 0x22, NIC, R);
    const struct grant *last = capgraph_grant(&g, capgraph_get(&g, A, 0x22));
    cr_assert_eq(last->from_task, C);
    const struct grant *middle = &g.grants[last->before - 1];
    cr_assert_eq(middle->from_task, B);
    const struct grant *first = &g.grants[middle->before - 1];
    cr_assert_eq(first->from_task, 0);
    cr_assert_eq(first->before, 0);
}
