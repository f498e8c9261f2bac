/*
 * Task: capability information, kernel-user memory, capabilities mapped and
 * taken back, recursive revocation, its own end. Memory is in memory.c.
 */
#include "harness.h"
#include <l4/vitrine/revoke.h>

#define ALL_CAPS L4_CAP_FPAGE_RWSD

static l4_cap_idx_t irq_new(void)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, c)), 0);
    return c;
}

static void cap_valid_and_equal(void)
{
    l4_cap_idx_t a = irq_new(), b = irq_new(), empty = cap_new();
    l4_cap_idx_t same = cap_copy(a, ALL_CAPS), less = cap_copy(a, 4);
    PROVE("task_cap_valid", "success",
          result(l4_task_cap_valid(L4_BASE_TASK_CAP, a)), 1);
    CHECK_EQ(result(l4_task_cap_valid(L4_BASE_TASK_CAP, empty)), 0);
    CHECK_EQ(result(l4_task_cap_equal(L4_BASE_TASK_CAP, a, b)), 0);
    PROVE("task_cap_equal", "success",
          result(l4_task_cap_equal(L4_BASE_TASK_CAP, a, a)), 1);
    CHECK_EQ(result(l4_task_cap_equal(L4_BASE_TASK_CAP, a, empty)), 0);
    CHECK_EQ(result(l4_task_cap_equal(L4_BASE_TASK_CAP, a, less)), 0);
    (void)same;
}

static void rights_are_masked(void)
{
    /* W is what ICU bind needs: a copy without it is refused */
    l4_cap_idx_t a = irq_new(), ro = cap_copy(a, L4_CAP_FPAGE_RO);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, 20, ro)), -L4_EPERM);
    /* and cannot get it back */
    l4_cap_idx_t more = cap_copy(ro, ALL_CAPS);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, 20, more)), -L4_EPERM);
}

static void d_is_needed_to_delete(void)
{
    l4_cap_idx_t a = irq_new(), copy = cap_copy(a, L4_CAP_FPAGE_RWS);
    cap_delete(copy); /* only the copy goes */
    CHECK(!cap_is_there(copy));
    CHECK(cap_is_there(a));
    copy = cap_copy(a, L4_CAP_FPAGE_RO);
    cap_delete(a);
    CHECK(!cap_is_there(a));
    CHECK(!cap_is_there(copy));
}

static void the_last_capability_ends_the_object(void)
{
    struct kernel_use before = kernel_use();
    l4_cap_idx_t a = irq_new(), b = cap_copy(a, ALL_CAPS);
    CHECK_EQ(kernel_use().objects, before.objects + 1);
    l4_task_release_cap(L4_BASE_TASK_CAP, a);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects + 1);
    l4_task_release_cap(L4_BASE_TASK_CAP, b);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects);
}

static void a_weak_capability_keeps_nothing_alive(void)
{
    l4_cap_idx_t a = irq_new(), weak = cap_new();
    l4_umword_t how =
        l4_map_obj_control(weak, L4_MAP_ITEM_MAP) | L4_FPAGE_C_NO_REF_CNT;
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                                l4_obj_fpage(a, 0, ALL_CAPS), how)),
             0);
    CHECK(cap_is_there(weak));
    l4_task_release_cap(L4_BASE_TASK_CAP, a);
    CHECK(!cap_is_there(weak));
}

static void s_passes_only_where_all_have_it(void)
{
    /* a thread capability with S may be used for control */
    struct worker w;
    struct space s;
    worker_make(&w);
    space_make(&s);
    l4_cap_idx_t poor = cap_copy(s.task, L4_CAP_FPAGE_RW), back = cap_new();
    l4_fpage_t all = l4_obj_fpage(w.cap, 0, ALL_CAPS);
    CHECK_EQ(result(l4_task_map(poor, L4_BASE_TASK_CAP, all,
                                l4_map_obj_control(w.cap, 0))),
             0);
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, s.task, all,
                                l4_map_obj_control(back, 0))),
             0);
    l4_thread_control_start();
    CHECK_EQ(result(l4_thread_control_commit(back)), -L4_EPERM);
    l4_thread_control_start();
    CHECK_EQ(result(l4_thread_control_commit(w.cap)), 0);
    space_delete(&s);
    worker_delete(&w);
}

static void several_capabilities_at_once(void)
{
    l4_cap_idx_t from = 0x1000ul << L4_CAP_SHIFT;
    l4_cap_idx_t to = 0x1008ul << L4_CAP_SHIFT;
    l4_cap_idx_t a = irq_new();
    for (unsigned i = 1; i < 4; i += 2) /* slots 1 and 3 of 4 */
        CHECK_EQ(
            result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                               l4_obj_fpage(a, 0, ALL_CAPS),
                               l4_map_obj_control(from + i * L4_CAP_SIZE, 0))),
            0);
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                                l4_obj_fpage(from, 2, ALL_CAPS),
                                l4_map_obj_control(to, 0))),
             0);
    CHECK(!cap_is_there(to));
    CHECK(cap_is_there(to + L4_CAP_SIZE));
    CHECK(!cap_is_there(to + 2 * L4_CAP_SIZE));
    CHECK(cap_is_there(to + 3 * L4_CAP_SIZE));
    CHECK_EQ(
        result(l4_task_unmap(L4_BASE_TASK_CAP, l4_obj_fpage(from, 4, ALL_CAPS),
                             L4_FP_ALL_SPACES)),
        0);
    CHECK(!cap_is_there(from + L4_CAP_SIZE));
    CHECK(!cap_is_there(to + L4_CAP_SIZE));
}

static void a_granted_capability_moves(void)
{
    l4_cap_idx_t a = irq_new(), to = cap_new();
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                                l4_obj_fpage(a, 0, ALL_CAPS),
                                l4_map_obj_control(to, L4_MAP_ITEM_GRANT))),
             0);
    CHECK(!cap_is_there(a));
    CHECK(cap_is_there(to));
}

static void other_spaces_leaves_copies_alone(void)
{
    l4_cap_idx_t a = irq_new(), b = cap_copy(a, ALL_CAPS);
    CHECK_EQ(
        result(l4_task_unmap(L4_BASE_TASK_CAP, l4_obj_fpage(a, 0, ALL_CAPS),
                             L4_FP_OTHER_SPACES)),
        0);
    CHECK(cap_is_there(a));
    CHECK(cap_is_there(b));
}

static void unmap_takes_single_rights(void)
{
    l4_cap_idx_t a = irq_new();
    l4_task_unmap(L4_BASE_TASK_CAP, l4_obj_fpage(a, 0, L4_CAP_FPAGE_W),
                  L4_FP_ALL_SPACES);
    CHECK(cap_is_there(a));
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, 20, a)), -L4_EPERM);
}

static void revocation_is_recursive(void)
{
    struct space s;
    l4_cap_idx_t a = irq_new(), b = cap_copy(a, ALL_CAPS);
    l4_cap_idx_t c = cap_copy(b, ALL_CAPS), other = cap_copy(a, ALL_CAPS);
    space_make(&s);
    CHECK_EQ(result(l4_task_map(s.task, L4_BASE_TASK_CAP,
                                l4_obj_fpage(c, 0, ALL_CAPS),
                                l4_map_obj_control(c, 0))),
             0);
    CHECK_EQ(result(l4_task_cap_valid(s.task, c)), 1);
    PROVE("vitrine_revoke", "success",
          result(l4_vitrine_revoke(L4_BASE_TASK_CAP,
                                   l4_obj_fpage(b, 0, ALL_CAPS))),
          0);
    CHECK(cap_is_there(a));
    CHECK(cap_is_there(b));
    CHECK(!cap_is_there(c));
    CHECK(cap_is_there(other));
    CHECK_EQ(result(l4_task_cap_valid(s.task, c)), 0);
    l4_utcb_mr()->mr[0] = L4_TASK_UNMAP_OP;
    l4_utcb_mr()->mr[1] = L4_VITRINE_FP_RECURSIVE;
    PROVE("vitrine_revoke", "no flexpage",
          request(L4_BASE_TASK_CAP, L4_PROTO_TASK, 2, 0), -L4_EMSGTOOSHORT);
    space_delete(&s);
}

static void revocation_of_one_right(void)
{
    l4_cap_idx_t a = irq_new(), b = cap_copy(a, ALL_CAPS);
    CHECK_EQ(result(l4_vitrine_revoke(L4_BASE_TASK_CAP,
                                      l4_obj_fpage(a, 0, L4_CAP_FPAGE_W))),
             0);
    CHECK(cap_is_there(b));
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, 20, b)), -L4_EPERM);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, 20, a)), 0);
    CHECK_EQ(result(l4_icu_unbind(L4_BASE_ICU_CAP, 20, a)), 0);
}

static void map_needs_w_words_and_a_source(void)
{
    struct space s;
    l4_cap_idx_t a = irq_new();
    space_make(&s);
    l4_cap_idx_t ro = cap_copy(s.task, L4_CAP_FPAGE_RO);
    l4_fpage_t page = l4_obj_fpage(a, 0, ALL_CAPS);
    PROVE("task_map", "no W on the destination",
          result(l4_task_map(ro, L4_BASE_TASK_CAP, page, 0)), -L4_EPERM);
    PROVE("task_map", "the item names no task",
          result(l4_task_map(s.task, L4_BASE_LOG_CAP, page, 0)), -L4_EINVAL);
    CHECK_EQ(result(l4_task_map(s.task, cap_new(), page, 0)), -L4_EINVAL);
    l4_utcb_mr()->mr[0] = L4_TASK_MAP_OP;
    CHECK_EQ(request(s.task, L4_PROTO_TASK, 2, 0), -L4_EMSGTOOSHORT);
    CHECK_EQ(request_op(s.task, L4_PROTO_TASK, L4_TASK_UNMAP_OP),
             -L4_EMSGTOOSHORT);
    CHECK_EQ(request_op(s.task, L4_PROTO_TASK, 0x77), -L4_ENOSYS);
    CHECK_EQ(request_op(s.task, L4_PROTO_THREAD, 0), -L4_EBADPROTO);
    space_delete(&s);
}

static void ku_mem_and_its_errors(void)
{
    struct space s;
    space_make(&s);
    l4_fpage_t good = l4_fpage(0x3300000000, 13, L4_FPAGE_RW);
    l4_fpage_t big = l4_fpage(0x3400000000, 17, L4_FPAGE_RW);
    l4_fpage_t small = l4_fpage(0x3400000000, 11, L4_FPAGE_RW);
    l4_fpage_t end = l4_fpage(~0xffful, 12, L4_FPAGE_RW);
    PROVE("task_add_ku_mem", "success",
          result(l4_task_add_ku_mem(s.task, &good)), 0);
    PROVE("task_add_ku_mem", "something is mapped there",
          result(l4_task_add_ku_mem(s.task, &good)), -L4_EEXIST);
    PROVE("task_add_ku_mem", "above 64 KiB",
          result(l4_task_add_ku_mem(s.task, &big)), -L4_EINVAL);
    PROVE("task_add_ku_mem", "below a page",
          result(l4_task_add_ku_mem(s.task, &small)), -L4_EINVAL);
    PROVE("task_add_ku_mem", "outside the user's range",
          result(l4_task_add_ku_mem(s.task, &end)), -L4_EINVAL);
    space_delete(&s);
}

static void delete_myself(void *arg)
{
    cap_delete((l4_cap_idx_t)arg);
}

static void a_task_deletes_itself(void)
{
    struct space s;
    struct worker w;
    struct kernel_use before = kernel_use();
    space_make(&s);
    worker_make_in(&w, &s);
    /* its own capability, at the place the call names the task by */
    l4_fpage_t own = l4_obj_fpage(s.task, 0, ALL_CAPS);
    CHECK_EQ(result(l4_task_map(s.task, L4_BASE_TASK_CAP, own,
                                l4_map_obj_control(L4_BASE_TASK_CAP, 0))),
             0);
    worker_run(&w, delete_myself, (void *)L4_BASE_TASK_CAP, 0);
    CHECK(!cap_is_there(s.task));
    CHECK(cap_is_there(w.cap));
    worker_delete(&w);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects);
}

static void all_capabilities_at_once_is_quick(void)
{
    struct space s;
    l4_fpage_t pages[60];
    space_make(&s);
    space_give(&s, L4_BASE_LOG_CAP, ALL_CAPS);
    for (unsigned i = 0; i < 60; i++)
        pages[i] = l4_obj_fpage(0, 63, ALL_CAPS);
    l4_cpu_time_t before = l4_kip_clock(l4_kip());
    CHECK_EQ(result(l4_task_unmap_batch(s.task, pages, 60, L4_FP_ALL_SPACES)),
             0);
    CHECK(l4_kip_clock(l4_kip()) - before < 10000);
    CHECK_EQ(result(l4_task_cap_valid(s.task, L4_BASE_LOG_CAP)), 0);
    space_delete(&s);
}

/* Segments and virtual interrupt controllers: no task has them here. */
static void what_only_other_machines_have(void)
{
    PROVE("segment", "descriptors of the LDT",
          request_op(L4_BASE_TASK_CAP, L4_PROTO_TASK, 0x11), -L4_ENOSYS);
    CHECK_EQ(request_op(L4_BASE_TASK_CAP, L4_PROTO_TASK, 0x12), -L4_ENOSYS);
}

static void batches_and_their_sizes(void)
{
    static l4_fpage_t pages[61];
    l4_cap_idx_t task = L4_BASE_TASK_CAP, irq = cap_new();
    for (unsigned i = 0; i < 61; i++)
        pages[i] = l4_obj_fpage(cap_new(), 0, L4_CAP_FPAGE_RWSD);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    pages[60] = l4_obj_fpage(irq, 0, L4_CAP_FPAGE_RWSD);
    CHECK_EQ(result(l4_task_unmap_batch(task, pages, 0, L4_FP_ALL_SPACES)),
             -L4_EMSGTOOSHORT);
    CHECK_EQ(result(l4_task_unmap_batch(task, pages, 60, L4_FP_ALL_SPACES)), 0);
    CHECK(cap_is_there(irq));
    PROVE("task_unmap", "more than 61 of them",
          result(l4_task_unmap_batch(task, pages, 62, L4_FP_ALL_SPACES)),
          -L4_EINVAL);
    PROVE("task_unmap", "success",
          result(l4_task_unmap_batch(task, pages, 61, L4_FP_ALL_SPACES)), 0);
    CHECK(!cap_is_there(irq));
    PROVE("task_release_cap", "success", result(l4_task_release_cap(task, irq)),
          0); /* empty: no error */
    PROVE("task_delete_obj", "success", result(l4_task_delete_obj(task, irq)),
          0);
}

const struct kernel_test task_tests[] = {
    {"task: cap_valid and cap_equal", cap_valid_and_equal},
    {"task: rights are masked", rights_are_masked},
    {"task: D is needed to delete", d_is_needed_to_delete},
    {"task: the last capability ends the object",
     the_last_capability_ends_the_object},
    {"task: a weak capability keeps nothing alive",
     a_weak_capability_keeps_nothing_alive},
    {"task: S passes only where all have it", s_passes_only_where_all_have_it},
    {"task: several capabilities at once", several_capabilities_at_once},
    {"task: a granted capability moves", a_granted_capability_moves},
    {"task: OTHER_SPACES leaves copies alone",
     other_spaces_leaves_copies_alone},
    {"task: unmap takes single rights", unmap_takes_single_rights},
    {"task: revocation is recursive", revocation_is_recursive},
    {"task: revocation of one right", revocation_of_one_right},
    {"task: map needs W, words and a source", map_needs_w_words_and_a_source},
    {"task: ku_mem and its errors", ku_mem_and_its_errors},
    {"task: what only other machines have", what_only_other_machines_have},
    {"task: batches and their sizes", batches_and_their_sizes},
    {"task: it deletes itself", a_task_deletes_itself},
    {"task: all capabilities at once is quick",
     all_capabilities_at_once_is_quick},
    {0, 0},
};
