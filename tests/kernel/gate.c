/*
 * IPC gate: binding, labels, the server right.
 */
#include "harness.h"

#define SERVER_RIGHTS L4_FPAGE_C_IPCGATE_SVR

static l4_umword_t got_label;

static void answer_all(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        got_label = label;
        l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 0, 0, 0), &label,
                              L4_IPC_SEND_TIMEOUT_0);
    }
}

static long create(l4_cap_idx_t thread, l4_umword_t label, unsigned words)
{
    l4_msg_regs_t *v = l4_utcb_mr();
    l4_factory_create_start(L4_PROTO_NONE, cap_new());
    v->mr[1] = L4_VARG_TYPE_UMWORD | sizeof(l4_umword_t) << 16;
    v->mr[2] = label;
    v->mr[words] = l4_map_obj_control(0, 0);
    v->mr[words + 1] = l4_obj_fpage(thread, 0, L4_CAP_FPAGE_RWS).raw;
    return request(L4_BASE_FACTORY_CAP, L4_PROTO_FACTORY, words, 1);
}

static void creation_and_its_errors(void)
{
    struct worker w;
    worker_make(&w);
    PROVE("factory_create_gate", "success", create(w.cap, 0x10, 3), 0);
    PROVE("factory_create_gate", "a low bit of the label is set",
          create(w.cap, 0x11, 3), -L4_EINVAL);
    CHECK_EQ(create(w.cap, 0x12, 3), -L4_EINVAL);
    PROVE("factory_create_gate", "a thread, but no label",
          create(w.cap, 0x10, 1), -L4_EMSGTOOSHORT);
    PROVE("factory_create_gate", "the item names no thread",
          create(L4_BASE_LOG_CAP, 0x10, 3), -L4_EINVAL);
    CHECK_EQ(create(cap_new(), 0x10, 3), -L4_EINVAL);
    PROVE("factory_create_gate", "the thread's capability has no S",
          create(cap_copy(w.cap, L4_CAP_FPAGE_RW), 0x10, 3), -L4_EPERM);
    worker_delete(&w);
}

static void binding_and_its_errors(void)
{
    struct worker w;
    worker_make(&w);
    l4_cap_idx_t gate = gate_to(L4_INVALID_CAP, 0);
    PROVE("rcv_ep_bind", "a gate's label has a low bit set",
          result(l4_rcv_ep_bind_thread(gate, w.cap, 1)), -L4_EINVAL);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(gate, L4_BASE_LOG_CAP, 0)),
             -L4_EINVAL);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(gate,
                                          cap_copy(w.cap, L4_CAP_FPAGE_RW), 0)),
             -L4_EPERM);
    CHECK_EQ(request_op(gate, L4_PROTO_KOBJECT, 0x10), -L4_EMSGTOOSHORT);
    CHECK_EQ(request_op(gate, L4_PROTO_KOBJECT, 0x77), -L4_ENOSYS);
    PROVE("rcv_ep_bind", "success",
          result(l4_rcv_ep_bind_thread(gate, w.cap, 0x40)), 0);
    worker_delete(&w);
}

/* A copy of a gate with its server right kept (attributes pass it on). */
static l4_cap_idx_t copy_with(l4_cap_idx_t gate, unsigned rights,
                              l4_umword_t attributes)
{
    l4_cap_idx_t to = cap_new();
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                                l4_obj_fpage(gate, 0, (unsigned char)rights),
                                l4_map_obj_control(to, 0) | attributes)),
             0);
    return to;
}

static void info_needs_the_server_right(void)
{
    struct worker w;
    l4_umword_t label = 0;
    worker_start(&w, answer_all, 0, 0);
    l4_cap_idx_t gate = gate_to(w.cap, 0xab0);
    PROVE("ipc_gate_get_infos", "success",
          result(l4_ipc_gate_get_infos(gate, &label)), 0);
    CHECK_EQ(label, 0xab0);
    l4_cap_idx_t server = copy_with(gate, L4_CAP_FPAGE_RO, SERVER_RIGHTS);
    label = 0;
    CHECK_EQ(result(l4_ipc_gate_get_infos(server, &label)), 0);
    CHECK_EQ(label, 0xab0);
    /* bind wants S as well */
    CHECK_EQ(result(l4_rcv_ep_bind_thread(server, w.cap, 0)), -L4_EPERM);
    /* without it the same words go through to the thread */
    got_label = 0;
    l4_cap_idx_t client = copy_with(gate, L4_CAP_FPAGE_RWS, 0);
    CHECK_EQ(request_op(client, L4_PROTO_KOBJECT, 0x11), 0);
    CHECK_EQ(got_label & ~3ul, 0xab0);
    worker_delete(&w);
}

static void rights_come_with_the_label(void)
{
    static const struct {
        unsigned rights, bits;
    } cases[] = {{L4_CAP_FPAGE_RO, 0},
                 {L4_CAP_FPAGE_RW, 1},
                 {L4_CAP_FPAGE_RS, 2},
                 {L4_CAP_FPAGE_RWS, 3}};
    struct worker w;
    worker_start(&w, answer_all, 0, 0);
    l4_cap_idx_t gate = gate_to(w.cap, 0x70);
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(request(copy_with(gate, cases[i].rights, 0), 5, 0, 0), 0);
        CHECK_EQ(got_label, 0x70 | cases[i].bits);
    }
    worker_delete(&w);
}

static void rebinding_changes_thread_and_label(void)
{
    struct worker a, b;
    worker_start(&a, answer_all, 0, 0);
    worker_start(&b, answer_all, 0, 0);
    l4_cap_idx_t gate = gate_to(a.cap, 0x70);
    worker_delete(&a);
    CHECK_EQ(request(gate, 5, 0, 0), -(2000 + L4_IPC_ENOT_EXISTENT));
    CHECK_EQ(result(l4_rcv_ep_bind_thread(gate, b.cap, 0x90)), 0);
    CHECK_EQ(request(gate, 5, 0, 0), 0);
    CHECK_EQ(got_label & ~3ul, 0x90);
    worker_delete(&b);
}

static long sent;

static void call_gate(void *gate)
{
    sent = request((l4_cap_idx_t)gate, 5, 0, 0);
}

static void call_gate_too(void *gate)
{
    request((l4_cap_idx_t)gate, 5, 0, 0);
}

/* They wait at the first thread, in the order of their priorities. */
static void queued_senders_see_the_new_thread_and_label(void)
{
    struct worker busy, client, urgent, server;
    worker_make(&busy);
    worker_make(&server);
    l4_cap_idx_t gate = gate_to(busy.cap, 0x70);
    l4_cap_idx_t other = gate_to(busy.cap, 0xa0);
    sent = 99;
    worker_start(&client, call_gate, (void *)gate, MAIN_PRIO + 1);
    worker_start(&urgent, call_gate_too, (void *)other, MAIN_PRIO + 2);
    CHECK_EQ(sent, 99);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(gate, server.cap, 0x90)), 0);
    got_label = 0;
    worker_run(&server, answer_all, 0, 0);
    CHECK_EQ(sent, 0);
    CHECK_EQ(got_label & ~3ul, 0x90);
    got_label = 0;
    worker_run(&busy, answer_all, 0, 0); /* the other gate's stayed */
    CHECK_EQ(got_label & ~3ul, 0xa0);
    worker_delete(&busy);
    worker_delete(&client);
    worker_delete(&urgent);
    worker_delete(&server);
}

static void queued_senders_see_a_new_label_of_the_same_thread(void)
{
    struct worker client, server;
    worker_make(&server);
    l4_cap_idx_t gate = gate_to(server.cap, 0x70);
    sent = 99;
    worker_start(&client, call_gate, (void *)gate, 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(gate, server.cap, 0x90)), 0);
    CHECK_EQ(sent, 99);
    got_label = 0;
    worker_run(&server, answer_all, 0, 0);
    CHECK_EQ(sent, 0);
    CHECK_EQ(got_label & ~3ul, 0x90);
    worker_delete(&client);
    worker_delete(&server);
}

static void receive_from_an_unbound_gate_fails(void)
{
    l4_cap_idx_t gate = gate_to(L4_INVALID_CAP, 0);
    l4_msgtag_t tag = l4_ipc_receive(gate, l4_utcb(), L4_IPC_NEVER);
    CHECK_EQ(ipc_code(tag), L4_IPC_ENOT_EXISTENT | 1);
}

const struct kernel_test gate_tests[] = {
    {"gate: creation and its errors", creation_and_its_errors},
    {"gate: binding and its errors", binding_and_its_errors},
    {"gate: info needs the server right", info_needs_the_server_right},
    {"gate: rights come with the label", rights_come_with_the_label},
    {"gate: rebinding changes thread and label",
     rebinding_changes_thread_and_label},
    {"gate: queued senders see the new thread and label",
     queued_senders_see_the_new_thread_and_label},
    {"gate: queued senders see a new label of the same thread",
     queued_senders_see_a_new_label_of_the_same_thread},
    {"gate: a receive from an unbound one fails",
     receive_from_an_unbound_gate_fails},
    {0, 0},
};
