/*
 * The debugger: names and numbers, the list of objects, kinds of trace
 * records, entries of programs, the console of last resort.
 */
#include "harness.h"
#include <l4/sys/kdebug.h>
#include <l4/sys/kdump.h>
#include <l4/sys/ktrace.h>
#include <l4/sys/obj_info.h>
#include <l4/vitrine/debug.h>
#include <l4/vitrine/trace.h>

static const l4_cap_idx_t dbg = L4_BASE_DEBUGGER_CAP;

#define NO_DEBUGGER "there is no debugger capability in that slot"

static int same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static long op(l4_umword_t opcode)
{
    return request_op(dbg, L4_PROTO_DEBUGGER, opcode);
}

/* --- names and numbers -----------------------------------------------------
 */

static void names_and_ids(void)
{
    struct worker a, b;
    char name[32];
    worker_make(&a);
    worker_make(&b);
    PROVE("debugger_names", "it has no name",
          l4_debugger_get_object_name(a.cap, name, sizeof name), -L4_ENOENT);
    PROVE("debugger_names", "success",
          result(l4_debugger_set_object_name(a.cap, "first")), 0);
    CHECK_EQ(l4_debugger_get_object_name(a.cap, name, sizeof name), 0);
    CHECK(same(name, "first"));
    CHECK_EQ(result(l4_debugger_set_object_name(
                 a.cap, "a name of more than thirty-one characters")),
             0);
    CHECK_EQ(l4_debugger_get_object_name(a.cap, name, sizeof name), 0);
    CHECK(same(name, "a name of more than thirty-one "));
    CHECK(l4_debugger_global_id(a.cap) < l4_debugger_global_id(b.cap));
    worker_delete(&a);
    worker_delete(&b);
}

static void a_name_can_be_asked_by_number(void)
{
    struct worker w;
    char name[32], cut[4];
    worker_make(&w);
    unsigned id = (unsigned)l4_debugger_global_id(w.cap);
    CHECK_EQ(l4_debugger_query_object_name(dbg, id, name, sizeof name),
             -L4_ENOENT);
    CHECK_EQ(result(l4_debugger_set_object_name(w.cap, "worker")), 0);
    CHECK_EQ(l4_debugger_query_object_name(dbg, id, name, sizeof name), 0);
    CHECK(same(name, "worker"));
    CHECK_EQ(l4_debugger_query_object_name(dbg, id, cut, sizeof cut), 0);
    CHECK(same(cut, "wor"));
    CHECK_EQ(l4_debugger_query_object_name(dbg, 0, name, sizeof name),
             -L4_ENOENT);
    PROVE("debugger_names", "no object of that number",
          l4_debugger_query_object_name(dbg, ~0u, name, sizeof name),
          -L4_ENOENT);
    CHECK_EQ(op(L4_DEBUGGER_QUERY_NAME_OP), -L4_EMSGTOOSHORT);
    worker_delete(&w);
    l4_ipc_sleep_us(1);
    CHECK_EQ(l4_debugger_query_object_name(dbg, id, name, sizeof name),
             -L4_ENOENT);
}

static void images_are_told(void)
{
    struct space s;
    space_make(&s);
    PROVE("debugger_add_image_info", "success",
          result(l4_debugger_add_image_info(s.task, 0x1000, "an image")), 0);
    space_delete(&s);
    l4_utcb_mr()->mr[0] = L4_DEBUGGER_GLOBAL_ID_OP;
    l4_msgtag_t tag = l4_invoke_debugger(
        MAIN_CAP, l4_msgtag(L4_PROTO_DEBUGGER, 1, 0, 0), l4_utcb());
    l4_umword_t id = l4_utcb_mr()->mr[0];
    PROVE("invoke_debugger", "success", l4_error(tag), 0);
    CHECK_EQ(id, l4_debugger_global_id(MAIN_CAP));
}

static void marks_and_checks(void)
{
    int64_t ns = 0;
    PROVE("vitrine_debugger", "host_clock without --host-clock",
          result(l4_vitrine_host_clock(dbg, &ns)), -L4_ENOSYS);
    PROVE("vitrine_debugger", "success", result(l4_vitrine_check(dbg)), 0);
    CHECK_EQ(result(l4_vitrine_trace_mark("ktest", 1)), 0);
}

static void kernel_addresses_no_program_has(void)
{
    CHECK_EQ(l4_debugger_kobj_to_id(dbg, 0), ~0ul);
    CHECK_EQ(l4_debugger_kobj_to_id(dbg, (l4_addr_t)&dbg), ~0ul);
    CHECK_EQ(op(L4_DEBUGGER_KOBJ_TO_ID_OP), -L4_EMSGTOOSHORT);
}

static void operations_that_want_an_object(void)
{
    static const l4_umword_t ops[] = {
        L4_DEBUGGER_SET_NAME_OP, L4_DEBUGGER_GLOBAL_ID_OP,
        L4_DEBUGGER_GET_NAME_OP, L4_DEBUGGER_ADD_IMAGE_INFO_OP};
    for (unsigned i = 0; i < sizeof ops / sizeof ops[0]; i++)
        PROVE("debugger_names", "the item names no object", op(ops[i]),
              -L4_EINVAL);
    CHECK_EQ(l4_debugger_global_id(cap_new()), ~0ul);
    PROVE("debugger_add_image_info", "the item names no task",
          result(l4_debugger_add_image_info(MAIN_CAP, 0, "no task")),
          -L4_EINVAL);
}

static void without_the_capability_nothing_happens(void)
{
    l4_cap_idx_t none = cap_new();
    char name[8];
    PROVE("debugger_names", "there is no debugger capability in that slot",
          l4_debugger_query_object_name(none, 1, name, sizeof name),
          -(2000 + L4_IPC_ENOT_EXISTENT));
    l4_utcb_mr()->mr[0] = L4_DEBUGGER_ADD_IMAGE_INFO_OP;
    PROVE("debugger_add_image_info", NO_DEBUGGER,
          request(none, L4_PROTO_DEBUGGER, 1, 0),
          -(2000 + L4_IPC_ENOT_EXISTENT));
    PROVE("debugger_query_obj_infos", NO_DEBUGGER,
          request_op(none, L4_PROTO_DEBUGGER, L4_DEBUGGER_OBJ_INFOS_OP),
          -(2000 + L4_IPC_ENOT_EXISTENT));
    PROVE("debugger_dump_kmem_stats", NO_DEBUGGER,
          request_op(none, L4_PROTO_DEBUGGER, L4_KDUMP_KMEM_STATS_OP),
          -(2000 + L4_IPC_ENOT_EXISTENT));
    PROVE("debugger_log", "there is no debugger capability in that slot",
          result(l4_debugger_switch_log(none, "IPC", 1)),
          -(2000 + L4_IPC_ENOT_EXISTENT));
}

/* --- the list of objects ---------------------------------------------------
 */

enum { LIST_AT = 0, RECORDS = 16 };
#define LIST_PAGE 0x3300000000ul

/* Kernel-user memory that stays: the list is written there. */
static l4_kobj_info_t *list_page(void)
{
    l4_fpage_t page = l4_fpage(LIST_PAGE, L4_PAGESHIFT, L4_FPAGE_RW);
    long error = result(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &page));
    CHECK(error == 0 || error == -L4_EEXIST); /* the second time around */
    return (l4_kobj_info_t *)LIST_PAGE;
}

/* Asks for records from `skip` on; how many came. */
static l4_umword_t list(l4_umword_t skip, l4_umword_t *all)
{
    l4_umword_t n = 0;
    PROVE("debugger_query_obj_infos", "success",
          result(l4_debugger_query_obj_infos(
              dbg, LIST_PAGE, RECORDS * sizeof(l4_kobj_info_t), skip, &n, all)),
          0);
    return n;
}

/* The record of `id`, looked for in all of the list. */
static int list_find(l4_umword_t id, l4_kobj_info_t *ret_info)
{
    l4_kobj_info_t *page = list_page();
    l4_umword_t all = 1, at = 0;
    while (at < all) {
        l4_umword_t n = list(at, &all);
        CHECK(n > 0);
        if (!n)
            return 0;
        for (unsigned i = 0; i < n; i++)
            if (page[i].id == id) {
                *ret_info = page[i];
                return 1;
            }
        at += n;
    }
    return 0;
}

static l4_kobj_info_t info_of(l4_cap_idx_t cap)
{
    l4_kobj_info_t info = {0, 99, 0, 0, ""};
    CHECK(list_find(l4_debugger_global_id(cap), &info));
    return info;
}

static void the_list_has_each_object_once(void)
{
    l4_kobj_info_t *page = list_page();
    l4_umword_t all = 1, at = 0, last = 0;
    while (at < all) {
        l4_umword_t n = list(at, &all);
        CHECK(n == RECORDS || at + n == all);
        for (unsigned i = 0; i < n; i++) {
            CHECK(page[i].id > last); /* the oldest first */
            last = page[i].id;
        }
        at += n;
        if (!n)
            break;
    }
    CHECK_EQ(all, kernel_use().objects);
    CHECK_EQ(list(all, &at), 0);
    CHECK_EQ(list(~0ul, &at), 0);
}

static void the_list_says_what_objects_are(void)
{
    struct worker w;
    l4_cap_idx_t irq = cap_new();
    worker_make(&w);
    l4_cap_idx_t gate = gate_to(w.cap, 0xab0);
    l4_umword_t thread = l4_debugger_global_id(w.cap);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, w.cap, 0xcd)), 0);
    CHECK_EQ(result(l4_debugger_set_object_name(gate, "door")), 0);
    l4_kobj_info_t i = info_of(w.cap);
    CHECK_EQ(i.type, L4_PROTO_THREAD);
    CHECK_EQ(i.value, l4_debugger_global_id(L4_BASE_TASK_CAP));
    i = info_of(gate);
    CHECK_EQ(i.type, 0);
    CHECK_EQ(i.value, thread);
    CHECK_EQ(i.label, 0xab0);
    CHECK(same(i.name, "door"));
    i = info_of(irq);
    CHECK_EQ(i.type, L4_PROTO_IRQ_SENDER);
    CHECK_EQ(i.value, thread);
    CHECK_EQ(i.label, 0xcd);
    i = info_of(L4_BASE_TASK_CAP);
    CHECK_EQ(i.type, L4_PROTO_TASK);
    CHECK_EQ(i.value, l4_debugger_global_id(L4_BASE_FACTORY_CAP));
    worker_delete(&w);
}

static long list_error(l4_addr_t at, l4_size_t size)
{
    l4_umword_t n, all;
    return result(l4_debugger_query_obj_infos(dbg, at, size, 0, &n, &all));
}

static void the_list_and_its_errors(void)
{
    static char ordinary[64] __attribute__((aligned(64)));
    list_page();
    PROVE("debugger_query_obj_infos", "not kernel-user memory",
          list_error((l4_addr_t)ordinary, 64), -L4_EINVAL);
    PROVE("debugger_query_obj_infos", "no room for a record",
          list_error(LIST_PAGE, 63), -L4_EINVAL);
    CHECK_EQ(list_error(LIST_PAGE, 0), -L4_EINVAL);
    PROVE("debugger_query_obj_infos", "not aligned",
          list_error(LIST_PAGE + 4, 64), -L4_EINVAL);
    CHECK_EQ(list_error(LIST_PAGE, L4_PAGESIZE + 1), -L4_EINVAL);
    CHECK_EQ(list_error(LIST_PAGE, ~0ul), -L4_EINVAL);
    CHECK_EQ(list_error(0, 64), -L4_EINVAL);
    PROVE("debugger_query_obj_infos", "fewer than four words",
          op(L4_DEBUGGER_OBJ_INFOS_OP), -L4_EMSGTOOSHORT);
}

/* --- kinds of trace records ------------------------------------------------
 */

static void kinds_have_names_and_numbers(void)
{
    char name[16], brief[16];
    unsigned n = 0;
    long error = 0;
    for (; !error && n < 100; n++) {
        error = l4_debugger_query_log_name(dbg, n, name, sizeof name, brief,
                                           sizeof brief);
        if (error)
            break;
        CHECK(name[0] && same(name, brief));
        CHECK(l4_debugger_query_log_typeid(dbg, name, 0) > 0);
        PROVE("debugger_log", "no further one",
              l4_debugger_query_log_typeid(dbg, name, n + 1), -L4_ENOENT);
    }
    CHECK_EQ(error, -L4_ENOENT);
    CHECK(n > 30);
    CHECK_EQ(l4_debugger_query_log_typeid(dbg, "IPC", 0), 16);
    PROVE("debugger_log", "no such kind",
          l4_debugger_query_log_typeid(dbg, "IP", 0), -L4_ENOENT);
    CHECK_EQ(l4_debugger_query_log_typeid(dbg, "", 0), -L4_ENOENT);
    PROVE("debugger_log", "no name", op(L4_DEBUGGER_QUERY_LOG_TYPEID_OP),
          -L4_EMSGTOOSHORT);
    PROVE("debugger_log", "no number", op(L4_DEBUGGER_QUERY_LOG_NAME_OP),
          -L4_EMSGTOOSHORT);
}

static void switching_and_its_errors(void)
{
    CHECK_EQ(result(l4_debugger_switch_log(dbg, "no such kind", 1)),
             -L4_ENOENT);
    CHECK_EQ(op(L4_DEBUGGER_SWITCH_LOG_OP), -L4_EMSGTOOSHORT);
    PROVE("debugger_log", "success",
          result(l4_debugger_switch_log(dbg, "MARK", 1)), 0);
    /* (what it does to the records: tests/core/test_debugger.c) */
}

/* --- entries ----------------------------------------------------------------
 */

static void entries_of_programs(void)
{
    static const unsigned char bytes[L4_TBUF_BINARY_SIZE] = "24 bytes";
    CHECK_EQ(result(fiasco_tbuf_validate()), 0);
    l4_utcb_mr()->mr[0] = 4711;
    PROVE("debugger_tbuf", "success", fiasco_tbuf_log("here"), 0);
    CHECK_EQ(fiasco_tbuf_log_3val("here", 1, 2, 3), 0);
    CHECK_EQ(fiasco_tbuf_log_binary(bytes), 0);
    CHECK_EQ(l4_utcb_mr()->mr[0], 4711); /* registers stay */
    for (unsigned i = 1; i < 4; i++)
        l4_utcb_mr()->mr[i] = i;
    l4_utcb_mr()->mr[0] = 0x208; /* as L4Re's header has it */
    CHECK_EQ(request(dbg, L4_PROTO_DEBUGGER, 4, 0), 0);
    CHECK_EQ(op(0x208), -L4_EMSGTOOSHORT);
    CHECK_EQ(op(L4_TBUF_LOG_BIN_OP), -L4_EMSGTOOSHORT);
    CHECK_EQ(op(L4_TBUF_LOG_3VAL_OP), -L4_EMSGTOOSHORT);
    CHECK_EQ(op(L4_TBUF_LOG_OP), 0); /* an empty text */
    CHECK_EQ(op(0x207), -L4_ENOSYS);
}

static void the_buffer_is_not_mapped(void)
{
    l4_fpage_t page = l4_fpage(LIST_PAGE, L4_PAGESHIFT, L4_FPAGE_RO);
    PROVE("debugger_tbuf", "mapping", result(fiasco_tbuf_map_status(&page)),
          -L4_ENOSYS);
    CHECK_EQ(result(fiasco_tbuf_map_slots(&page)), -L4_ENOSYS);
}

/* --- the rest ---------------------------------------------------------------
 */

static void the_console_of_last_resort(void)
{
    l4_utcb_mr()->mr[0] = 4711;
    l4_kd_outstring("# ");
    l4_kd_outnstring("kernel debugger", 6);
    l4_kd_outchar(' ');
    l4_kd_outhex64(0x123456789abcdef0);
    l4_kd_outdec(-7);
    l4_kd_outchar('\n');
    PROVE("debugger_console", "success", l4_utcb_mr()->mr[0], 4711);
    CHECK_EQ(op(0x009), -L4_ENOSYS);
}

static void there_is_no_coverage(void)
{
    CHECK_EQ(op(0x400), -L4_ENOSYS);
    CHECK_EQ(op(0x401), -L4_ENOSYS);
}

static void wrong_requests(void)
{
    CHECK_EQ(op(0x699), -L4_ENOSYS);
    CHECK_EQ(op(0x109), -L4_ENOSYS);
    PROVE("vitrine_debugger",
          "report_fault: no thread in a fault waits for an answer",
          op(L4_VITRINE_REPORT_FAULT), -L4_ENOENT);
    PROVE("vitrine_debugger",
          "trace_task, task_time, task_hold: no capability, or not a task's",
          result(l4_vitrine_trace_task(MAIN_CAP, 0)), -L4_EINVAL);
    CHECK_EQ(result(l4_vitrine_trace_task(L4_BASE_TASK_CAP, 0)), 0);
    CHECK_EQ(result(l4_vitrine_trace_task(L4_BASE_TASK_CAP, 1)), 0);
    CHECK_EQ(request_op(dbg, L4_PROTO_TASK, 0), -L4_EBADPROTO);
    CHECK_EQ(request(dbg, L4_PROTO_DEBUGGER, 0, 0), -L4_EMSGTOOSHORT);
}

/* A bare thread: one in four workers takes a page of kernel-user memory,
 * which stays. */
static void kernel_memory_is_told(void)
{
    l4_cap_idx_t t = cap_new();
    struct kernel_use before = kernel_use();
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, t)), 0);
    struct kernel_use with = kernel_use();
    CHECK_EQ(with.objects, before.objects + 1);
    CHECK(with.free < before.free);
    cap_delete(t);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().free, before.free);
    CHECK_EQ(kernel_use().objects, before.objects);
    say("# ");
    PROVE("debugger_dump_kmem_stats", "success", fiasco_dump_kmem_stats(), 0);
}

const struct kernel_test debugger_tests[] = {
    {"debugger: names and ids", names_and_ids},
    {"debugger: a name can be asked by number", a_name_can_be_asked_by_number},
    {"debugger: images, and calls put together by hand", images_are_told},
    {"debugger: marks, checks, the host's clock", marks_and_checks},
    {"debugger: kernel addresses no program has",
     kernel_addresses_no_program_has},
    {"debugger: operations that want an object",
     operations_that_want_an_object},
    {"debugger: without the capability nothing happens",
     without_the_capability_nothing_happens},
    {"debugger: the list has each object once", the_list_has_each_object_once},
    {"debugger: the list says what objects are",
     the_list_says_what_objects_are},
    {"debugger: the list and its errors", the_list_and_its_errors},
    {"debugger: kinds have names and numbers", kinds_have_names_and_numbers},
    {"debugger: switching and its errors", switching_and_its_errors},
    {"debugger: entries of programs", entries_of_programs},
    {"debugger: the buffer is not mapped", the_buffer_is_not_mapped},
    {"debugger: the console of last resort", the_console_of_last_resort},
    {"debugger: there is no coverage", there_is_no_coverage},
    {"debugger: wrong requests", wrong_requests},
    {"debugger: kernel memory is told", kernel_memory_is_told},
    {0, 0},
};
