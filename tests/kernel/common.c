/*
 * What all kernel objects answer (META, DEC_REFCNT), and the deletion IRQ: how
 * a server learns that nobody uses an object of its any more.
 */
#include "harness.h"
#include <l4/sys/kernel_object.h>
#include <l4/sys/semaphore.h>

enum { DEL_LABEL = 0xde10 };

static l4_cap_idx_t made(long protocol)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(result(l4_factory_create(L4_BASE_FACTORY_CAP, protocol, c)), 0);
    return c;
}

/* --- META ------------------------------------------------------------------
 */

static long supports(l4_cap_idx_t obj, long protocol)
{
    l4_utcb_mr()->mr[0] = L4_META_OP_SUPPORTS;
    l4_utcb_mr()->mr[1] = (l4_umword_t)protocol;
    return request(obj, L4_PROTO_META, 2, 0);
}

static void objects_tell_what_they_speak(void)
{
    const struct {
        l4_cap_idx_t obj;
        long protocol;
    } all[] = {
        {L4_BASE_TASK_CAP, L4_PROTO_TASK},
        {L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY},
        {L4_BASE_LOG_CAP, L4_PROTO_LOG},
        {L4_BASE_ICU_CAP, L4_PROTO_IRQ},
        {L4_BASE_SCHEDULER_CAP, L4_PROTO_SCHEDULER},
        {L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER},
        {made(L4_PROTO_DMA_SPACE), L4_PROTO_DMA_SPACE},
        {made(L4_PROTO_IRQ_SENDER), L4_PROTO_IRQ_SENDER},
        {made(L4_PROTO_IRQ_SENDER), L4_PROTO_IRQ},
        {made(L4_PROTO_SEMAPHORE), L4_PROTO_SEMAPHORE},
        {made(L4_PROTO_SEMAPHORE), L4_PROTO_IRQ},
        {gate_to(MAIN_CAP, 0), L4_PROTO_KOBJECT},
        {L4_BASE_LOG_CAP, L4_PROTO_IRQ},
        {L4_BASE_SCHEDULER_CAP, L4_PROTO_IRQ},
    };
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        CHECK_EQ(supports(all[i].obj, all[i].protocol), 1);
        CHECK_EQ(supports(all[i].obj, L4_PROTO_META), 1);
        CHECK_EQ(supports(all[i].obj, L4_PROTO_KOBJECT), 1);
        CHECK_EQ(supports(all[i].obj, L4_PROTO_VM), 0);
        CHECK_EQ(supports(all[i].obj, L4_PROTO_NONE), 0);
    }
}

/* Interface n of obj: its protocol, 0: there is none. *ret_first: the first
 * letter of its name. */
static long interface(l4_cap_idx_t obj, l4_umword_t n, char *ret_first)
{
    l4_msg_regs_t *v = l4_utcb_mr();
    v->mr[0] = L4_META_OP_INTERFACE;
    v->mr[1] = n;
    long error = request(obj, L4_PROTO_META, 2, 0);
    if (error) {
        PROVE("meta", "no interface of that number", error, -L4_ERANGE);
        return 0;
    }
    const char *name = (const char *)&v->mr[2];
    CHECK(v->mr[1] > 1 && name[v->mr[1] - 1] == 0 && name[v->mr[1] - 2] != 0);
    *ret_first = name[0];
    return (long)v->mr[0];
}

static void interfaces_can_be_listed(void)
{
    char first = 0;
    l4_cap_idx_t irq = made(L4_PROTO_IRQ_SENDER);
    PROVE("meta", "success",
          request_op(irq, L4_PROTO_META, L4_META_OP_NUM_INTERFACES), 4);
    CHECK_EQ(interface(irq, 0, &first), L4_PROTO_KOBJECT);
    CHECK_EQ(first, 'k');
    CHECK_EQ(interface(irq, 1, &first), L4_PROTO_META);
    CHECK_EQ(interface(irq, 2, &first), L4_PROTO_IRQ_SENDER);
    CHECK_EQ(first, 'i');
    CHECK_EQ(interface(irq, 3, &first), L4_PROTO_IRQ);
    CHECK_EQ(interface(irq, 4, &first), 0);
    CHECK_EQ(interface(irq, ~0ul, &first), 0);
    CHECK_EQ(
        request_op(L4_BASE_TASK_CAP, L4_PROTO_META, L4_META_OP_NUM_INTERFACES),
        3);
    CHECK_EQ(interface(L4_BASE_TASK_CAP, 2, &first), L4_PROTO_TASK);
    CHECK_EQ(first, 't');
}

static void meta_and_its_errors(void)
{
    l4_cap_idx_t obj = L4_BASE_TASK_CAP;
    PROVE("meta", "an operation that is not built",
          request_op(obj, L4_PROTO_META, 0x77), -L4_ENOSYS);
    PROVE("meta", "no number",
          request_op(obj, L4_PROTO_META, L4_META_OP_INTERFACE),
          -L4_EMSGTOOSHORT);
    PROVE("meta", "no protocol",
          request_op(obj, L4_PROTO_META, L4_META_OP_SUPPORTS),
          -L4_EMSGTOOSHORT);
    CHECK_EQ(request(obj, L4_PROTO_META, 0, 0), -L4_EMSGTOOSHORT);
}

static long served_label;

static void serve_one(void *gate)
{
    (void)gate;
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    served_label = l4_msgtag_label(tag);
    l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(7, 0, 0, 0), &label,
                          L4_IPC_NEVER);
}

static void through_a_client_gate_the_server_is_asked(void)
{
    struct worker w;
    worker_start(&w, serve_one, 0, 0);
    l4_cap_idx_t gate = gate_to(w.cap, 0);
    served_label = 0;
    CHECK_EQ(supports(cap_copy(gate, L4_CAP_FPAGE_RO), L4_PROTO_TASK), 7);
    CHECK_EQ(served_label, L4_PROTO_META);
    worker_delete(&w);
}

/* --- DEC_REFCNT ------------------------------------------------------------
 */

static void the_last_counted_one_ends_it(void)
{
    l4_cap_idx_t a = made(L4_PROTO_IRQ_SENDER);
    l4_cap_idx_t b = cap_copy(a, L4_CAP_FPAGE_RWS);
    CHECK_EQ(result(l4_kobject_dec_refcnt(a, 0)), 0);
    PROVE("kobject_dec_refcnt", "success", result(l4_kobject_dec_refcnt(a, 1)),
          0);
    l4_ipc_sleep_us(1);
    CHECK(cap_is_there(a));
    l4_task_release_cap(L4_BASE_TASK_CAP, b);
    l4_ipc_sleep_us(1);
    CHECK(!cap_is_there(a));
}

static void the_only_one_gives_up_at_once(void)
{
    l4_cap_idx_t a = made(L4_PROTO_SEMAPHORE);
    CHECK_EQ(result(l4_kobject_dec_refcnt(a, 1)), 0);
    CHECK(!cap_is_there(a));
}

static void references_of_others_stay(void)
{
    l4_cap_idx_t a = made(L4_PROTO_IRQ_SENDER);
    l4_cap_idx_t b = cap_copy(a, L4_CAP_FPAGE_RWS);
    PROVE("kobject_dec_refcnt", "a number other than 0 and 1",
          result(l4_kobject_dec_refcnt(a, 2)), -L4_EINVAL);
    CHECK_EQ(result(l4_kobject_dec_refcnt(a, -1)), -L4_EINVAL);
    CHECK_EQ(result(l4_kobject_dec_refcnt(a, 1)), 0);
    PROVE("kobject_dec_refcnt", "the capability is weak already",
          result(l4_kobject_dec_refcnt(a, 1)), -L4_EINVAL);
    PROVE("kobject_dec_refcnt", "no number",
          request_op(b, L4_PROTO_KOBJECT, L4_KOBJECT_OP_DEC_REFCNT),
          -L4_EMSGTOOSHORT);
    CHECK(cap_is_there(a));
}

/* --- the deletion IRQ ------------------------------------------------------
 */

static l4_cap_idx_t del_irq_for(const struct worker *w)
{
    l4_cap_idx_t irq = made(L4_PROTO_IRQ_SENDER);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, DEL_LABEL)), 0);
    CHECK_EQ(result(l4_thread_register_del_irq(w->cap, irq)), 0);
    return irq;
}

static long came(l4_cap_idx_t irq)
{
    l4_ipc_sleep_us(1);
    return ipc_code(l4_irq_receive(irq, L4_IPC_BOTH_TIMEOUT_0));
}

static void a_gate_that_ends_hits_it(void)
{
    struct worker w;
    worker_make(&w);
    l4_cap_idx_t irq = del_irq_for(&w);
    l4_cap_idx_t first = gate_to(w.cap, 0), second = gate_to(w.cap, 4);
    l4_cap_idx_t other = gate_to(MAIN_CAP, 0);
    cap_delete(other);
    CHECK_EQ(came(irq), L4_IPC_RETIMEOUT);
    cap_delete(first);
    CHECK_EQ(came(irq), 0);
    CHECK_EQ(came(irq), L4_IPC_RETIMEOUT);
    l4_task_release_cap(L4_BASE_TASK_CAP, second);
    CHECK_EQ(came(irq), 0);
    worker_delete(&w);
}

/* What a server does: it keeps its gate without counting. */
static void a_server_learns_that_its_last_client_went(void)
{
    struct worker w;
    worker_make(&w);
    l4_cap_idx_t irq = del_irq_for(&w), gate = gate_to(w.cap, 0);
    l4_cap_idx_t client = cap_copy(gate, L4_CAP_FPAGE_RO);
    CHECK_EQ(result(l4_kobject_dec_refcnt(gate, 1)), 0);
    CHECK_EQ(came(irq), L4_IPC_RETIMEOUT);
    l4_task_release_cap(L4_BASE_TASK_CAP, client);
    CHECK_EQ(came(irq), 0);
    CHECK(!cap_is_there(gate));
    worker_delete(&w);
}

static void registering_and_its_errors(void)
{
    struct worker w;
    worker_make(&w);
    l4_cap_idx_t a = made(L4_PROTO_IRQ_SENDER), b = made(L4_PROTO_IRQ_SENDER);
    l4_cap_idx_t no_w = cap_copy(a, L4_CAP_FPAGE_RS);
    PROVE("thread_register_del_irq", "no W on the IRQ",
          result(l4_thread_register_del_irq(w.cap, no_w)), -L4_EPERM);
    PROVE("thread_register_del_irq", "the item names no IRQ",
          result(l4_thread_register_del_irq(w.cap, w.cap)), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_register_del_irq(w.cap, cap_new())), -L4_EINVAL);
    CHECK_EQ(
        request_op(w.cap, L4_PROTO_THREAD, L4_THREAD_REGISTER_DELETE_IRQ_OP),
        -L4_EINVAL);
    PROVE("thread_register_del_irq", "success",
          result(l4_thread_register_del_irq(w.cap, a)), 0);
    PROVE("thread_register_del_irq", "there is one already",
          result(l4_thread_register_del_irq(w.cap, a)), -L4_EBUSY);
    CHECK_EQ(result(l4_thread_register_del_irq(w.cap, b)), -L4_EBUSY);
    cap_delete(a);
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_thread_register_del_irq(w.cap, b)), 0);
    worker_delete(&w);
    struct space s;
    space_make(&s);
    worker_make_in(&w, &s);
    space_delete(&s);
    l4_ipc_sleep_us(1);
    PROVE("thread_register_del_irq", "the thread is gone",
          result(l4_thread_register_del_irq(w.cap, b)), -L4_EINVAL);
    worker_delete(&w);
}

static void a_semaphore_serves_as_well(void)
{
    struct worker w;
    worker_make(&w);
    l4_cap_idx_t sem = made(L4_PROTO_SEMAPHORE);
    l4_cap_idx_t no_w = cap_copy(sem, L4_CAP_FPAGE_RS);
    CHECK_EQ(result(l4_thread_register_del_irq(w.cap, no_w)), -L4_EPERM);
    CHECK_EQ(result(l4_thread_register_del_irq(w.cap, sem)), 0);
    CHECK_EQ(result(l4_thread_register_del_irq(w.cap, sem)), -L4_EBUSY);
    cap_delete(gate_to(w.cap, 0));
    l4_ipc_sleep_us(1);
    CHECK_EQ(ipc_code(l4_semaphore_down(sem, L4_IPC_BOTH_TIMEOUT_0)), 0);
    CHECK_EQ(ipc_code(l4_semaphore_down(sem, L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_RETIMEOUT);
    worker_delete(&w);
}

static void a_deleted_del_irq_is_not_hit(void)
{
    struct worker w;
    worker_make(&w);
    l4_cap_idx_t irq = del_irq_for(&w), gate = gate_to(w.cap, 0);
    cap_delete(irq);
    cap_delete(gate);
    l4_ipc_sleep_us(1);
    CHECK(!cap_is_there(irq));
    worker_delete(&w);
}

const struct kernel_test common_tests[] = {
    {"meta: objects tell what they speak", objects_tell_what_they_speak},
    {"meta: interfaces can be listed", interfaces_can_be_listed},
    {"meta: errors", meta_and_its_errors},
    {"meta: through a client's gate the server is asked",
     through_a_client_gate_the_server_is_asked},
    {"refcnt: the last counted capability ends it",
     the_last_counted_one_ends_it},
    {"refcnt: the only one gives up at once", the_only_one_gives_up_at_once},
    {"refcnt: references of others stay", references_of_others_stay},
    {"del irq: a gate that ends hits it", a_gate_that_ends_hits_it},
    {"del irq: a server learns that its last client went",
     a_server_learns_that_its_last_client_went},
    {"del irq: registering and its errors", registering_and_its_errors},
    {"del irq: a semaphore serves as well", a_semaphore_serves_as_well},
    {"del irq: a deleted one is not hit", a_deleted_del_irq_is_not_hit},
    {0, 0},
};
