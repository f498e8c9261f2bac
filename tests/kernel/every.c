/*
 * What every kernel object answers alike, and requests with too few or too
 * many words.
 */
#include "harness.h"

/* All kinds; `cap` 0: made for the test. */
static struct kind {
    const char *name;
    long protocol; /* of its requests */
    l4_cap_idx_t cap;
    int is_message; /* other labels go on to a thread */
} kinds[] = {
    {"factory", L4_PROTO_FACTORY, 0, 0},
    {"task", L4_PROTO_TASK, 0, 0},
    {"thread", L4_PROTO_THREAD, 0, 1},
    {"gate", 0, 0, 1},
    {"irq", L4_PROTO_IRQ_SENDER, 0, 0},
    {"semaphore", L4_PROTO_SEMAPHORE, 0, 0},
    {"log", L4_PROTO_LOG, L4_BASE_LOG_CAP, 0},
    {"icu", L4_PROTO_IRQ, L4_BASE_ICU_CAP, 0},
    {"scheduler", L4_PROTO_SCHEDULER, L4_BASE_SCHEDULER_CAP, 0},
    {"debugger", L4_PROTO_DEBUGGER, L4_BASE_DEBUGGER_CAP, 0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0], UNKNOWN_OP = 0xfff };

static l4_cap_idx_t made(long protocol)
{
    l4_cap_idx_t cap = cap_new();
    long error;
    if (protocol == L4_PROTO_FACTORY)
        error = result(
            l4_factory_create_factory(L4_BASE_FACTORY_CAP, cap, 64 * 1024));
    else
        error = result(l4_factory_create(L4_BASE_FACTORY_CAP, protocol, cap));
    CHECK_EQ(error, 0);
    return cap;
}

static l4_cap_idx_t object_of(const struct kind *k)
{
    return k->cap ? k->cap : made(k->protocol);
}

static void done_with(const struct kind *k, l4_cap_idx_t cap)
{
    if (!k->cap)
        cap_delete(cap);
}

/* `is` for kind k: which one it was is told. */
static void check_kind(const struct kind *k, long is, long expected)
{
    if (is == expected)
        return;
    say("# of the ");
    say(k->name);
    say(":\n");
    CHECK_EQ(is, expected);
}

static void unknown_label(void)
{
    for (const struct kind *k = kinds; k < kinds + KINDS; k++) {
        if (k->is_message)
            continue;
        l4_cap_idx_t cap = object_of(k);
        check_kind(k, request_op(cap, L4_PROTO_SIGMA0, 0), -L4_EBADPROTO);
        done_with(k, cap);
    }
    proved("README", "-L4_EBADPROTO",
           "the message's label is none the object knows");
}

static void no_words(void)
{
    for (const struct kind *k = kinds; k < kinds + KINDS; k++) {
        l4_cap_idx_t cap = object_of(k);
        long protocol = k->protocol ? k->protocol : L4_PROTO_KOBJECT;
        check_kind(k, request(cap, protocol, 0, 0), -L4_EMSGTOOSHORT);
        done_with(k, cap);
    }
    proved("README", "-L4_EMSGTOOSHORT", "fewer words than the request needs");
}

static void unknown_operation(void)
{
    for (const struct kind *k = kinds; k < kinds + KINDS; k++) {
        l4_cap_idx_t cap = object_of(k);
        long protocol = k->protocol ? k->protocol : L4_PROTO_KOBJECT;
        long wanted = k->protocol == L4_PROTO_FACTORY ? -L4_ENODEV : -L4_ENOSYS;
        check_kind(k, request_op(cap, protocol, UNKNOWN_OP), wanted);
        done_with(k, cap);
    }
    proved("README", "-L4_ENOSYS", "the object does not know the operation");
}

static void empty_slot(void)
{
    l4_msgtag_t tag = l4_msgtag(0, 0, 0, 0);
    l4_cap_idx_t nothing = cap_new();
    PROVE("ipc_send", "empty slot",
          ipc_code(l4_ipc_send(nothing, l4_utcb(), tag, L4_IPC_NEVER)),
          L4_IPC_ENOT_EXISTENT);
    PROVE("ipc_call", "empty slot",
          ipc_code(l4_ipc_call(nothing, l4_utcb(), tag, L4_IPC_NEVER)),
          L4_IPC_ENOT_EXISTENT);
    CHECK_EQ(ipc_code(l4_ipc_receive(nothing, l4_utcb(), L4_IPC_NEVER)) & ~1,
             L4_IPC_ENOT_EXISTENT);
    l4_cap_idx_t beyond = ~0ul << 14;
    CHECK_EQ(ipc_code(l4_ipc_call(beyond & ~0xffful, l4_utcb(), tag,
                                  L4_IPC_BOTH_TIMEOUT_0)) &
                 ~1,
             L4_IPC_ENOT_EXISTENT);
}

/* A copy of the capability names nothing from the moment of the deletion. */
static void deleted(void)
{
    for (const struct kind *k = kinds; k < kinds + KINDS; k++) {
        if (k->cap)
            continue;
        l4_cap_idx_t cap = object_of(k);
        l4_cap_idx_t copy = cap_copy(cap, L4_CAP_FPAGE_RWS);
        cap_delete(cap);
        check_kind(k, cap_is_there(copy), 0);
        check_kind(k, request_op(copy, k->protocol, 0),
                   -L4_EIPC_LO - L4_IPC_ENOT_EXISTENT);
    }
    proved("README", "L4_IPC_ENOT_EXISTENT",
           "the slot is empty, or what it names is about to end");
}

/* Whatever the words say. */
static void a_missing_right_comes_first(void)
{
    static const long protocols[] = {L4_PROTO_FACTORY, L4_PROTO_SEMAPHORE,
                                     L4_PROTO_THREAD_GROUP};
    for (unsigned i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        l4_cap_idx_t cap = cap_new();
        l4_utcb_mr()->mr[1] = L4_VARG_TYPE_UMWORD | sizeof(long) << 16;
        l4_factory_create_start(protocols[i], cap);
        l4_utcb_mr()->mr[2] = 64 * 1024 * (protocols[i] == L4_PROTO_FACTORY);
        CHECK_EQ(request(L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY, 3, 0), 0);
        l4_cap_idx_t weak = cap_copy(cap, L4_CAP_FPAGE_RW);
        PROVE("README",
              "the capability lacks a right (checked before the words)",
              request(weak, protocols[i], 0, 0), -L4_EPERM);
        cap_delete(cap);
    }
}

static void without_a_receive_phase(void)
{
    l4_cap_idx_t cap = made(L4_PROTO_SEMAPHORE);
    l4_msg_regs_t *mr = l4_utcb_mr();
    mr->mr[0] = L4_TASK_UNMAP_OP;
    mr->mr[1] = L4_FP_DELETE_OBJ;
    mr->mr[2] = l4_obj_fpage(cap, 0, L4_CAP_FPAGE_RWSD).raw;
    l4_msgtag_t tag =
        l4_ipc_send(L4_BASE_TASK_CAP, l4_utcb(),
                    l4_msgtag(L4_PROTO_TASK, 3, 0, 0), L4_IPC_NEVER);
    CHECK_EQ(ipc_code(tag), 0);
    CHECK(!cap_is_there(cap));
}

/* --- numbers of words ----------------------------------------------------- */

static void task_words(void)
{
    l4_msg_regs_t *mr = l4_utcb_mr();
    mr->mr[0] = L4_TASK_CAP_INFO_OP;
    CHECK_EQ(request(L4_BASE_TASK_CAP, L4_PROTO_TASK, 1, 0), -L4_EINVAL);
    mr->mr[0] = L4_TASK_CAP_INFO_OP;
    PROVE("task_cap_valid", "neither one slot nor two",
          request(L4_BASE_TASK_CAP, L4_PROTO_TASK, 4, 0), -L4_EINVAL);
    mr->mr[0] = L4_TASK_UNMAP_OP;
    PROVE("task_unmap", "no flexpage",
          request(L4_BASE_TASK_CAP, L4_PROTO_TASK, 2, 0), -L4_EMSGTOOSHORT);
    mr->mr[0] = L4_TASK_ADD_KU_MEM_OP;
    CHECK_EQ(request(L4_BASE_TASK_CAP, L4_PROTO_TASK, 1, 0), -L4_EMSGTOOSHORT);
}

static void thread_words(void)
{
    l4_msg_regs_t *mr = l4_utcb_mr();
    mr->mr[0] = L4_THREAD_EX_REGS_OP;
    PROVE("thread_ex_regs", "fewer than three words",
          request(MAIN_CAP, L4_PROTO_THREAD, 2, 0), -L4_EINVAL);
}

static void endpoint_words_and_rights(void)
{
    l4_cap_idx_t irq = made(L4_PROTO_IRQ_SENDER);
    l4_cap_idx_t no_s = cap_copy(irq, L4_CAP_FPAGE_RW);
    l4_cap_idx_t thread_no_s = cap_copy(MAIN_CAP, L4_CAP_FPAGE_RW);
    PROVE("rcv_ep_bind", "no label",
          request_op(irq, L4_PROTO_KOBJECT, L4_RCV_EP_BIND_OP),
          -L4_EMSGTOOSHORT);
    PROVE("rcv_ep_bind", "the gate or IRQ without S",
          result(l4_rcv_ep_bind_thread(no_s, MAIN_CAP, 0)), -L4_EPERM);
    PROVE("rcv_ep_bind", "the thread without S",
          result(l4_rcv_ep_bind_thread(irq, thread_no_s, 0)), -L4_EPERM);
    PROVE("rcv_ep_bind", "the item names no thread",
          result(l4_rcv_ep_bind_thread(irq, irq, 0)), -L4_EINVAL);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, cap_new(), 0)), -L4_EINVAL);
    cap_delete(irq);
}

static void control_tells_the_old_handlers(void)
{
    struct worker w;
    l4_msg_regs_t *mr = l4_utcb_mr();
    worker_make(&w);
    worker_handlers(&w, MAIN_CAP, L4_BASE_LOG_CAP);
    l4_thread_control_start();
    CHECK_EQ(result(l4_thread_control_commit(w.cap)), 0);
    CHECK_EQ(mr->mr[1], MAIN_CAP);
    CHECK_EQ(mr->mr[2], L4_BASE_LOG_CAP);
    worker_delete(&w);
}

static void switch_to_who_cannot_run(void)
{
    struct worker w;
    worker_make(&w);
    PROVE("thread_switch", "success", result(l4_thread_switch(w.cap)), 0);
    CHECK_EQ(result(l4_thread_switch(MAIN_CAP)), 0);
    worker_delete(&w);
}

static void absolute_timeouts_that_are_past(void)
{
    struct worker w;
    worker_make(&w);
    l4_timeout_s past = l4_timeout_abs(1, 2);
    l4_msgtag_t nothing = l4_msgtag(0, 0, 0, 0);
    l4_msgtag_t tag = l4_ipc_send(w.cap, l4_utcb(), nothing,
                                  l4_timeout(past, L4_IPC_TIMEOUT_NEVER));
    CHECK_EQ(ipc_code(tag), L4_IPC_SETIMEOUT);
    past = l4_timeout_abs(1, 2);
    tag = l4_ipc_receive(w.cap, l4_utcb(),
                         l4_timeout(L4_IPC_TIMEOUT_NEVER, past));
    CHECK_EQ(ipc_code(tag), L4_IPC_RETIMEOUT);
    worker_delete(&w);
}

const struct kernel_test every_tests[] = {
    {"every object: unknown label, EBADPROTO", unknown_label},
    {"every object: no words, EMSGTOOSHORT", no_words},
    {"every object: unknown operation, ENOSYS", unknown_operation},
    {"every object: an empty slot, ENOT_EXISTENT", empty_slot},
    {"every object: a deleted one, ENOT_EXISTENT", deleted},
    {"every object: a missing right, EPERM", a_missing_right_comes_first},
    {"every object: a request without a receive phase, done",
     without_a_receive_phase},
    {"task: cap_info, unmap, ku_mem, wrong number of words", task_words},
    {"thread: ex_regs, too few words", thread_words},
    {"thread: control, tells the old handlers", control_tells_the_old_handlers},
    {"thread: switch, to one that cannot run", switch_to_who_cannot_run},
    {"irq: bind, words and rights", endpoint_words_and_rights},
    {"ipc: absolute timeout, in the past", absolute_timeouts_that_are_past},
    {0, 0},
};
