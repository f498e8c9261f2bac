/*
 * Every kind of object a factory makes, against everything it documents for
 * all of them: one table of kinds, one case for each reason to refuse.
 */
#include "harness.h"
#include <l4/sys/thread_group.h>

enum { ARGUMENT_WORDS = 3, TINY = 64, LIMIT = 4096 };

static const struct kind {
    const char *page; /* of docs/kernel */
    long protocol;
    unsigned words; /* with what it has no default for */
    l4_umword_t argument;
    int is_made; /* this kernel makes it */
} kinds[] = {
    {"factory_create", L4_PROTO_SEMAPHORE, 1, 0, 1},
    {"factory_create_task", L4_PROTO_TASK, 1, 0, 1},
    {"factory_create_thread", L4_PROTO_THREAD, 1, 0, 1},
    {"factory_create_irq", L4_PROTO_IRQ_SENDER, 1, 0, 1},
    {"factory_create_gate", L4_PROTO_KOBJECT, 1, 0, 1},
    {"factory_create_factory", L4_PROTO_FACTORY, ARGUMENT_WORDS, LIMIT, 1},
    {"factory_create_thread_group", L4_PROTO_THREAD_GROUP, ARGUMENT_WORDS,
     L4_THREAD_GROUP_POLICY_CORE_LOCAL, 1},
    {"factory_create_vm", L4_PROTO_VM, 1, 0, 0},
    {"factory_create_vcpu_context", L4_PROTO_VCPU_CONTEXT, 1, 0, 0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Puts the request for one into the UTCB; its tag. */
static l4_msgtag_t ask(const struct kind *k, l4_cap_idx_t to)
{
    l4_msg_regs_t *v = l4_utcb_mr();
    l4_factory_create_start(k->protocol, to);
    v->mr[1] = L4_VARG_TYPE_UMWORD | sizeof(l4_umword_t) << 16;
    v->mr[2] = k->argument;
    return l4_msgtag(L4_PROTO_FACTORY, k->words, 0, 0);
}

static l4_msgtag_t create(const struct kind *k, l4_cap_idx_t factory,
                          l4_cap_idx_t to)
{
    l4_msgtag_t tag = ask(k, to);
    return l4_ipc_call(factory, l4_utcb(), tag, L4_IPC_NEVER);
}

#define FOR_EACH(k)                                                            \
    for (const struct kind *k = kinds; k < kinds + KINDS; k++)                 \
        if (!k->is_made)                                                       \
            ;                                                                  \
        else

static void each_is_made(void)
{
    FOR_EACH(k)
    {
        l4_cap_idx_t c = cap_new();
        PROVE(k->page, "success", result(create(k, L4_BASE_FACTORY_CAP, c)), 0);
        CHECK(cap_is_there(c));
        cap_delete(c);
    }
}

/* Also of what this kernel makes none of: the right comes first. */
static void each_needs_s(void)
{
    l4_cap_idx_t weak = cap_copy(L4_BASE_FACTORY_CAP, L4_CAP_FPAGE_RW);
    for (const struct kind *k = kinds; k < kinds + KINDS; k++)
        PROVE(k->page, "no S right", result(create(k, weak, cap_new())),
              -L4_EPERM);
}

static void some_are_not_made(void)
{
    for (const struct kind *k = kinds; k < kinds + KINDS; k++)
        if (!k->is_made)
            PROVE(k->page, "always",
                  result(create(k, L4_BASE_FACTORY_CAP, cap_new())),
                  -L4_ENODEV);
}

static void none_fits_into_a_full_quota(void)
{
    l4_cap_idx_t f = cap_new(), c = cap_new();
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, TINY)),
             0);
    l4_umword_t free = kernel_use().free;
    FOR_EACH(k)
    {
        PROVE(k->page, "the quota has no room", result(create(k, f, c)),
              -L4_ENOMEM);
        CHECK(!cap_is_there(c));
    }
    CHECK_EQ(kernel_use().free, free);
    cap_delete(f);
    l4_ipc_sleep_us(1);
}

static void none_goes_beyond_the_table(void)
{
    l4_umword_t free = kernel_use().free;
    l4_cap_idx_t far = 1ul << 52;
    FOR_EACH(k)
    PROVE(k->page, "the slot is beyond the capability table",
          result(create(k, L4_BASE_FACTORY_CAP, far)), -L4_ENOMEM);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().free, free);
}

static void none_is_made_without_a_receive_phase(void)
{
    struct kernel_use before = kernel_use();
    FOR_EACH(k)
    {
        l4_msgtag_t tag = ask(k, cap_new());
        tag = l4_ipc_send(L4_BASE_FACTORY_CAP, l4_utcb(), tag, L4_IPC_NEVER);
        PROVE(k->page, "the invocation has no receive phase", result(tag), 0);
    }
    CHECK_EQ(kernel_use().objects, before.objects);
    CHECK_EQ(kernel_use().free, before.free);
}

static void none_is_made_without_a_buffer(void)
{
    struct kernel_use before = kernel_use();
    FOR_EACH(k)
    {
        l4_msgtag_t tag = ask(k, cap_new());
        l4_utcb_br()->br[0] = 0;
        tag = l4_ipc_call(L4_BASE_FACTORY_CAP, l4_utcb(), tag, L4_IPC_NEVER);
        PROVE(k->page, "no receive buffer for a capability", ipc_code(tag),
              L4_IPC_REMSGCUT);
    }
    CHECK_EQ(kernel_use().objects, before.objects);
    CHECK_EQ(kernel_use().free, before.free);
}

/* The words of a sub-factory and a group are no more and no fewer. */
static void arguments_are_counted(void)
{
    l4_cap_idx_t c = cap_new(), f = L4_BASE_FACTORY_CAP;
    l4_factory_create_start(L4_PROTO_THREAD_GROUP, c);
    PROVE("factory_create_thread_group", "no policy",
          request(f, L4_PROTO_FACTORY, 1, 0), -L4_EMSGTOOSHORT);
    ask(&kinds[5], c);
    l4_utcb_mr()->mr[3] = L4_ITEM_MAP;
    l4_utcb_mr()->mr[4] = l4_obj_fpage(L4_BASE_LOG_CAP, 0, 4).raw;
    PROVE("factory_create_factory", "items",
          request(f, L4_PROTO_FACTORY, ARGUMENT_WORDS, 1), -L4_EMSGTOOLONG);
    CHECK(!cap_is_there(c));
}

const struct kernel_test kind_tests[] = {
    {"factory: each kind, done", each_is_made},
    {"factory: each kind, without S", each_needs_s},
    {"factory: each kind, not made here", some_are_not_made},
    {"factory: each kind, the quota is full", none_fits_into_a_full_quota},
    {"factory: each kind, beyond the table", none_goes_beyond_the_table},
    {"factory: each kind, without a receive phase",
     none_is_made_without_a_receive_phase},
    {"factory: each kind, without a buffer", none_is_made_without_a_buffer},
    {"factory: arguments, their number", arguments_are_counted},
    {0, 0},
};
