/*
 * ICU: lines and what they trigger, edges by message-signalled interrupts
 * (raised with a write, as a device does), levels by the simulator's UART.
 */
#include "harness.h"
#include <l4/sigma0/sigma0.h>
#include <l4/sys/semaphore.h>
#include <l4/vitrine/bootinfo.h>
#include <l4/vitrine/mmio.h>

enum { LINE = 20 }; /* no device of the simulator has it */
enum { VECTOR = 5, LABEL = 0x1c0 };

/* --- helpers ---------------------------------------------------------------
 */

enum { MINE_MAX = 8 };
static l4_cap_idx_t mine[MINE_MAX];
static unsigned mine_used;

static l4_cap_idx_t made(long protocol)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(result(l4_factory_create(L4_BASE_FACTORY_CAP, protocol, c)), 0);
    CHECK(mine_used < MINE_MAX);
    mine[mine_used++ % MINE_MAX] = c;
    return c;
}

/* What the test before made goes, and frees its lines. */
static void fresh(void)
{
    while (mine_used)
        cap_delete(mine[--mine_used]);
    l4_ipc_sleep_us(1);
}

static l4_cap_idx_t irq_new(void)
{
    return made(L4_PROTO_IRQ_SENDER);
}

static l4_cap_idx_t irq_bound(void)
{
    l4_cap_idx_t c = irq_new();
    CHECK_EQ(result(l4_rcv_ep_bind_thread(c, MAIN_CAP, LABEL)), 0);
    return c;
}

/* Did a message of irq wait? It is taken. (l4_irq_receive() would unmask.) */
static int came(l4_cap_idx_t irq)
{
    return !ipc_code(l4_ipc_receive(irq, l4_utcb(), L4_IPC_BOTH_TIMEOUT_0));
}

static l4_icu_info_t icu_info(void)
{
    l4_icu_info_t info = {0};
    PROVE("icu_info", "success", result(l4_icu_info(L4_BASE_ICU_CAP, &info)),
          0);
    return info;
}

/* The device page at `phys`, from sigma0, 1:1. */
static void device_map(l4_addr_t phys)
{
    l4_addr_t page = l4_trunc_page(phys);
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = l4_fpage(page, L4_PAGESHIFT, L4_FPAGE_RW).raw;
    l4_utcb_mr()->mr[0] = SIGMA0_REQ_FPAGE_IOMEM;
    l4_utcb_mr()->mr[1] = l4_fpage(page, L4_PAGESHIFT, L4_FPAGE_RW).raw;
    CHECK_EQ(request(L4_BASE_PAGER_CAP, L4_PROTO_SIGMA0, 2, 0), 0);
    l4_utcb_br()->br[0] = 0;
}

static unsigned msi(unsigned vector)
{
    return L4_ICU_FLAG_MSI | vector;
}

/* What a device does that has something to tell. */
static void device_raises(unsigned vector)
{
    l4_icu_msi_info_t info = {0, 0};
    CHECK_EQ(result(l4_icu_msi_info(L4_BASE_ICU_CAP, msi(vector), 0, &info)),
             0);
    device_map(info.msi_addr);
    mmio_write32(info.msi_addr, info.msi_data);
    l4_ipc_sleep_us(1); /* the interrupt is taken */
}

/* An IRQ on `vector`, unmasked. */
static l4_cap_idx_t msi_irq(unsigned vector)
{
    l4_cap_idx_t irq = irq_bound();
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(vector), irq)), 0);
    l4_irq_unmask(irq);
    return irq;
}

static int has_msis(void)
{
    return icu_info().nr_msis > VECTOR;
}

/* --- lines -----------------------------------------------------------------
 */

static void lines_bind_once(void)
{
    fresh();
    l4_cap_idx_t a = irq_new(), b = irq_new();
    PROVE("icu_bind", "success", result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, a)),
          0);
    PROVE("icu_bind", "the line is taken",
          result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, b)), -L4_EBUSY);
    PROVE("icu_unbind", "it is not bound to that object",
          result(l4_icu_unbind(L4_BASE_ICU_CAP, LINE, b)), -L4_ENOENT);
    PROVE("icu_unbind", "success",
          result(l4_icu_unbind(L4_BASE_ICU_CAP, LINE, a)), 0);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, b)), 0);
    cap_delete(b); /* frees the line */
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, a)), 0);
}

static void an_object_has_one_line(void)
{
    fresh();
    l4_cap_idx_t a = irq_new(), b = irq_new();
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, a)), 0);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE + 1, a)), 0);
    CHECK_EQ(result(l4_icu_unbind(L4_BASE_ICU_CAP, LINE, a)), -L4_ENOENT);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, b)), 0);
}

static void binding_and_its_errors(void)
{
    fresh();
    l4_cap_idx_t irq = irq_new(), icu = L4_BASE_ICU_CAP;
    unsigned lines = icu_info().nr_irqs;
    CHECK(lines > LINE);
    PROVE("icu_bind", "no such line", result(l4_icu_bind(icu, lines, irq)),
          -L4_EINVAL);
    PROVE("icu_bind", "the item names neither IRQ nor semaphore",
          result(l4_icu_bind(icu, LINE, MAIN_CAP)), -L4_EINVAL);
    CHECK_EQ(result(l4_icu_bind(icu, LINE, cap_new())), -L4_EINVAL);
    l4_cap_idx_t no_w = cap_copy(irq, L4_CAP_FPAGE_RS);
    PROVE("icu_bind", "no W", result(l4_icu_bind(icu, LINE, no_w)), -L4_EPERM);
    l4_cap_idx_t sem = cap_copy(made(L4_PROTO_SEMAPHORE), L4_CAP_FPAGE_RS);
    CHECK_EQ(result(l4_icu_bind(icu, LINE, sem)), -L4_EPERM);
    PROVE("icu_bind", "no line number",
          request_op(icu, L4_PROTO_IRQ, L4_ICU_OP_BIND), -L4_EMSGTOOSHORT);
}

static void unbinding_and_its_errors(void)
{
    fresh();
    l4_cap_idx_t irq = irq_new(), icu = L4_BASE_ICU_CAP;
    PROVE("icu_unbind", "no such line",
          result(l4_icu_unbind(icu, icu_info().nr_irqs, irq)), -L4_EINVAL);
    PROVE("icu_unbind", "no such object",
          result(l4_icu_unbind(icu, LINE, MAIN_CAP)), -L4_EINVAL);
    CHECK_EQ(result(l4_icu_unbind(icu, LINE, irq)), -L4_ENOENT);
    PROVE("icu_unbind", "no line number",
          request_op(icu, L4_PROTO_IRQ, L4_ICU_OP_UNBIND), -L4_EMSGTOOSHORT);
}

static long set_mode(unsigned line, l4_umword_t mode)
{
    return result(l4_icu_set_mode(L4_BASE_ICU_CAP, line, mode));
}

static void all_modes_and_their_errors(void)
{
    fresh();
    PROVE("icu_set_mode", "success", set_mode(LINE, L4_IRQ_F_POS_EDGE), 0);
    CHECK_EQ(set_mode(LINE, L4_IRQ_F_NEG_EDGE), 0);
    long both = set_mode(LINE, L4_IRQ_F_BOTH_EDGE); /* not every machine's */
    CHECK(both == 0 || both == -L4_EINVAL);
    CHECK_EQ(set_mode(LINE, L4_IRQ_F_LEVEL_LOW), 0);
    CHECK_EQ(set_mode(LINE, L4_IRQ_F_LEVEL_HIGH), 0);
    CHECK_EQ(set_mode(LINE, L4_IRQ_F_NONE), 0);
    CHECK_EQ(set_mode(LINE, L4_IRQ_F_LEVEL_HIGH | L4_IRQ_F_SET_WAKEUP), 0);
    CHECK_EQ(set_mode(LINE, L4_IRQ_F_LEVEL_HIGH | L4_IRQ_F_BOTH), -L4_EINVAL);
    PROVE("icu_set_mode", "a mode the line cannot have", set_mode(LINE, 0x100),
          -L4_EINVAL);
    PROVE("icu_set_mode", "no such line",
          set_mode(icu_info().nr_irqs, L4_IRQ_F_POS_EDGE), -L4_EINVAL);
    l4_utcb_mr()->mr[0] = L4_ICU_OP_SET_MODE;
    l4_utcb_mr()->mr[1] = LINE;
    PROVE("icu_set_mode", "no mode",
          request(L4_BASE_ICU_CAP, L4_PROTO_IRQ, 2, 0), -L4_EMSGTOOSHORT);
}

static void requests_it_does_not_know(void)
{
    fresh();
    CHECK_EQ(request_op(L4_BASE_ICU_CAP, L4_PROTO_IRQ, 0x77), -L4_ENOSYS);
    CHECK_EQ(request_op(L4_BASE_ICU_CAP, L4_PROTO_TASK, 0), -L4_EBADPROTO);
    CHECK_EQ(request(L4_BASE_ICU_CAP, L4_PROTO_IRQ, 0, 0), -L4_EMSGTOOSHORT);
}

static void masking_has_no_answer_but_a_receive_phase(void)
{
    fresh();
    l4_cap_idx_t irq = irq_bound();
    l4_umword_t label = 0;
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, LINE, irq)), 0);
    PROVE("icu_unmask", "success",
          ipc_code(l4_icu_unmask(L4_BASE_ICU_CAP, LINE, 0, L4_IPC_NEVER)), 0);
    PROVE("icu_mask", "success",
          ipc_code(l4_icu_mask(L4_BASE_ICU_CAP, LINE, 0, L4_IPC_NEVER)), 0);
    CHECK_EQ(ipc_code(l4_icu_unmask(L4_BASE_ICU_CAP, LINE, &label,
                                    L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_RETIMEOUT);
    l4_irq_trigger(irq);
    CHECK_EQ(ipc_code(l4_icu_mask(L4_BASE_ICU_CAP, LINE, &label,
                                  L4_IPC_BOTH_TIMEOUT_0)),
             0);
    CHECK_EQ(label, LABEL);
    PROVE("irq_unmask", "success", ipc_code(l4_irq_unmask(irq)), 0);
    l4_utcb_mr()->mr[0] = L4_ICU_OP_UNMASK;
    l4_utcb_mr()->mr[1] = 0x4711;
    PROVE("icu_unmask", "no such line",
          request(L4_BASE_ICU_CAP, L4_PROTO_IRQ, 2, 0), -L4_EINVAL);
    l4_utcb_mr()->mr[0] = L4_ICU_OP_MASK;
    l4_utcb_mr()->mr[1] = 0x4711;
    PROVE("icu_mask", "no such line",
          request(L4_BASE_ICU_CAP, L4_PROTO_IRQ, 2, 0), -L4_EINVAL);
}

/* --- message-signalled interrupts ------------------------------------------
 */

static void msi_info_and_its_errors(void)
{
    fresh();
    l4_icu_info_t info = icu_info();
    l4_icu_msi_info_t a = {0, 0}, b = {0, 0};
    CHECK_EQ(info.features, info.nr_msis ? L4_ICU_FLAG_MSI : 0);
    if (!info.nr_msis) {
        CHECK_EQ(result(l4_icu_msi_info(L4_BASE_ICU_CAP, msi(0), 0, &a)),
                 -L4_ENOSYS);
        return;
    }
    CHECK_EQ(result(l4_icu_msi_info(L4_BASE_ICU_CAP, msi(0), 0, &a)), 0);
    PROVE("icu_msi_info", "success",
          result(l4_icu_msi_info(L4_BASE_ICU_CAP, msi(1), 0, &b)), 0);
    CHECK(a.msi_addr != b.msi_addr || a.msi_data != b.msi_data);
    PROVE("icu_msi_info", "no such number",
          result(l4_icu_msi_info(L4_BASE_ICU_CAP, msi(info.nr_msis), 0, &a)),
          -L4_EINVAL);
    PROVE("icu_msi_info", "no source",
          request_op(L4_BASE_ICU_CAP, L4_PROTO_IRQ, L4_ICU_OP_MSI_INFO),
          -L4_EMSGTOOSHORT);
}

static void a_write_raises_its_vector_only(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = msi_irq(VECTOR), other = msi_irq(VECTOR - 1);
    device_raises(VECTOR);
    CHECK(!came(other));
    CHECK(came(irq));
    CHECK(!came(irq));
}

static void msis_bind_like_lines(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t a = irq_new(), b = irq_new();
    unsigned msis = icu_info().nr_msis;
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(msis), a)), -L4_EINVAL);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(VECTOR), a)), 0);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(VECTOR), b)), -L4_EBUSY);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, VECTOR, b)), 0);
    CHECK_EQ(set_mode(msi(VECTOR), L4_IRQ_F_POS_EDGE), 0);
    PROVE("icu_set_mode", "a level for a message",
          set_mode(msi(VECTOR), L4_IRQ_F_LEVEL_HIGH), -L4_EINVAL);
}

/* The second edge while the message is queued masks the line: a third waits
 * in the controller until the message is taken. */
static void edges_while_queued_are_not_lost(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = msi_irq(VECTOR);
    device_raises(VECTOR);
    device_raises(VECTOR); /* masks */
    device_raises(VECTOR); /* waits */
    CHECK(came(irq));
    l4_ipc_sleep_us(1);
    CHECK(came(irq));
    CHECK(!came(irq));
    device_raises(VECTOR); /* nobody had to unmask */
    CHECK(came(irq));
}

static void a_users_mask_outlives_the_message(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = msi_irq(VECTOR);
    device_raises(VECTOR);
    device_raises(VECTOR); /* masks */
    l4_icu_mask(L4_BASE_ICU_CAP, msi(VECTOR), 0, L4_IPC_NEVER);
    CHECK(came(irq));
    device_raises(VECTOR);
    CHECK(!came(irq));
    l4_icu_unmask(L4_BASE_ICU_CAP, msi(VECTOR), 0, L4_IPC_NEVER);
    l4_ipc_sleep_us(1);
    CHECK(came(irq));
}

static void an_edge_for_nobody_is_dropped_and_masks(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = irq_new();
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(VECTOR), irq)), 0);
    l4_irq_unmask(irq);
    device_raises(VECTOR); /* dropped, masks */
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, LABEL)), 0);
    CHECK(!came(irq));
    device_raises(VECTOR); /* waits in the controller */
    CHECK(!came(irq));
    l4_irq_unmask(irq);
    l4_ipc_sleep_us(1);
    CHECK(came(irq));
}

static void detaching_frees_a_held_line(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = msi_irq(VECTOR);
    device_raises(VECTOR);
    device_raises(VECTOR); /* masks */
    CHECK_EQ(result(l4_irq_detach(irq)), 1);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, LABEL)), 0);
    device_raises(VECTOR);
    CHECK(came(irq));
}

/* Detached, the line is open again: what comes now is for nobody. */
static void detaching_opens_the_line(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = msi_irq(VECTOR);
    device_raises(VECTOR);
    device_raises(VECTOR); /* masks */
    CHECK_EQ(result(l4_irq_detach(irq)), 1);
    device_raises(VECTOR); /* dropped */
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, LABEL)), 0);
    l4_ipc_sleep_us(1);
    CHECK(!came(irq));
}

/* The message went with the thread, nobody takes it: the next to be bound
 * finds the line open. */
static void a_dead_thread_frees_a_held_line(void)
{
    struct worker w;
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = msi_irq(VECTOR);
    worker_make(&w);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, w.cap, LABEL)), 0);
    device_raises(VECTOR);
    device_raises(VECTOR); /* masks */
    worker_delete(&w);
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, LABEL)), 0);
    CHECK(!came(irq));
    device_raises(VECTOR);
    CHECK(came(irq));
}

static void unbound_lines_are_masked(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t irq = msi_irq(VECTOR);
    CHECK_EQ(result(l4_icu_unbind(L4_BASE_ICU_CAP, msi(VECTOR), irq)), 0);
    device_raises(VECTOR);
    CHECK(!came(irq));
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(VECTOR), irq)), 0);
    CHECK(!came(irq)); /* still masked */
    l4_irq_unmask(irq);
    l4_ipc_sleep_us(1);
    CHECK(came(irq)); /* what came meanwhile */
}

/* --- semaphores on lines ---------------------------------------------------
 */

static void a_semaphore_counts_edges(void)
{
    fresh();
    if (!has_msis())
        return;
    l4_cap_idx_t sem = made(L4_PROTO_SEMAPHORE);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(VECTOR), sem)), 0);
    l4_irq_unmask(sem); /* answered 0: unmask at the object */
    device_raises(VECTOR);
    device_raises(VECTOR);
    /* a call that unmasks is no down */
    l4_utcb_mr()->mr[0] = L4_ICU_OP_UNMASK;
    l4_utcb_mr()->mr[1] = msi(VECTOR);
    CHECK_EQ(ipc_code(l4_ipc_call(L4_BASE_ICU_CAP, l4_utcb(),
                                  l4_msgtag(L4_PROTO_IRQ, 2, 0, 0),
                                  L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_RETIMEOUT);
    CHECK_EQ(ipc_code(l4_semaphore_down(sem, L4_IPC_BOTH_TIMEOUT_0)), 0);
    CHECK_EQ(ipc_code(l4_semaphore_down(sem, L4_IPC_BOTH_TIMEOUT_0)), 0);
    CHECK_EQ(ipc_code(l4_semaphore_down(sem, L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_RETIMEOUT);
    cap_delete(sem); /* frees the line */
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, msi(VECTOR), irq_new())), 0);
}

/* --- levels ----------------------------------------------------------------
 */

#ifdef VITRINE_SIM
enum { UART_IER = 1, UART_IIR = 2, IER_TX = 2 };

static const struct l4_vitrine_bootinfo *bootinfo(void)
{
    return (const struct l4_vitrine_bootinfo *)l4_kip()->user_ptr;
}

/* Its transmitter is empty: with the interrupt enabled the line stays up
 * until the reason is read. */
static void a_level_is_masked_until_the_user_unmasks(void)
{
    fresh();
    l4_addr_t uart = bootinfo()->uart_base;
    unsigned line = bootinfo()->uart_irq;
    l4_cap_idx_t irq = irq_bound();
    device_map(uart);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, line, irq)), 0);
    CHECK_EQ(set_mode(line, L4_IRQ_F_LEVEL_HIGH), 0);
    l4_irq_unmask(irq);
    mmio_write8(uart + UART_IER, IER_TX);
    l4_ipc_sleep_us(1);
    CHECK(came(irq));
    l4_ipc_sleep_us(1);
    CHECK(!came(irq)); /* the line is up, but masked */
    l4_irq_unmask(irq);
    l4_ipc_sleep_us(1);
    CHECK(came(irq)); /* still up: at once again */
    mmio_read8(uart + UART_IIR);
    l4_irq_unmask(irq);
    l4_ipc_sleep_us(1);
    CHECK(!came(irq)); /* served: it is down */
    mmio_write8(uart + UART_IER, 0);
}

static void a_level_for_nobody_waits_for_its_thread(void)
{
    fresh();
    l4_addr_t uart = bootinfo()->uart_base;
    unsigned line = bootinfo()->uart_irq;
    l4_cap_idx_t irq = irq_new();
    device_map(uart);
    CHECK_EQ(result(l4_icu_bind(L4_BASE_ICU_CAP, line, irq)), 0);
    l4_irq_unmask(irq);
    mmio_write8(uart + UART_IER, IER_TX);
    l4_ipc_sleep_us(1);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, LABEL)), 0);
    CHECK(came(irq));
    mmio_read8(uart + UART_IIR);
    mmio_write8(uart + UART_IER, 0);
}
#endif

/* --- the small ICUs: log and scheduler -------------------------------------
 */

static void each_small_icu(l4_cap_idx_t icu)
{
    l4_cap_idx_t irq = irq_bound(), other = irq_new();
    l4_icu_info_t info = {1, 0, 1};
    l4_icu_msi_info_t none;
    CHECK_EQ(result(l4_icu_info(icu, &info)), 0);
    CHECK_EQ(info.nr_irqs, 1);
    CHECK_EQ(info.nr_msis, 0);
    CHECK_EQ(info.features, 0);
    PROVE("icu_msi_info", "there are none",
          result(l4_icu_msi_info(icu, 0, 0, &none)), -L4_ENOSYS);
    CHECK_EQ(result(l4_icu_bind(icu, 1, irq)), -L4_EINVAL);
    CHECK_EQ(result(l4_icu_bind(icu, 0, cap_copy(irq, L4_CAP_FPAGE_RS))),
             -L4_EPERM);
    CHECK_EQ(result(l4_icu_bind(icu, 0, irq)), 0);
    CHECK_EQ(result(l4_icu_bind(icu, 0, other)), -L4_EBUSY);
    CHECK_EQ(result(l4_icu_set_mode(icu, 0, L4_IRQ_F_POS_EDGE)), 0);
    CHECK_EQ(result(l4_icu_set_mode(icu, 0, L4_IRQ_F_LEVEL_HIGH)), -L4_EINVAL);
    CHECK_EQ(ipc_code(l4_icu_mask(icu, 0, 0, L4_IPC_NEVER)), 0);
    CHECK_EQ(ipc_code(l4_icu_unmask(icu, 0, 0, L4_IPC_NEVER)), 0);
    CHECK(!came(irq)); /* nothing happened */
    CHECK_EQ(result(l4_icu_unbind(icu, 0, other)), -L4_ENOENT);
    CHECK_EQ(result(l4_icu_unbind(icu, 0, irq)), 0);
    CHECK_EQ(request_op(icu, L4_PROTO_IRQ, 0x77), -L4_ENOSYS);
}

static void the_log_is_an_icu(void)
{
    fresh();
    each_small_icu(L4_BASE_LOG_CAP);
}

static void the_scheduler_is_an_icu(void)
{
    fresh();
    each_small_icu(L4_BASE_SCHEDULER_CAP);
}

const struct kernel_test icu_tests[] = {
    {"icu: lines bind once", lines_bind_once},
    {"icu: an object has one line", an_object_has_one_line},
    {"icu: binding and its errors", binding_and_its_errors},
    {"icu: unbinding and its errors", unbinding_and_its_errors},
    {"icu: all modes and their errors", all_modes_and_their_errors},
    {"icu: requests it does not know", requests_it_does_not_know},
    {"icu: masking has no answer but a receive phase",
     masking_has_no_answer_but_a_receive_phase},
    {"msi: info and its errors", msi_info_and_its_errors},
    {"msi: a write raises its vector only", a_write_raises_its_vector_only},
    {"msi: they bind like lines", msis_bind_like_lines},
    {"edge: while queued they are not lost", edges_while_queued_are_not_lost},
    {"edge: a user's mask outlives the message",
     a_users_mask_outlives_the_message},
    {"edge: for nobody it is dropped and masks",
     an_edge_for_nobody_is_dropped_and_masks},
    {"edge: detaching frees a held line", detaching_frees_a_held_line},
    {"edge: detaching opens the line", detaching_opens_the_line},
    {"edge: a dead thread frees a held line", a_dead_thread_frees_a_held_line},
    {"edge: unbound lines are masked", unbound_lines_are_masked},
    {"semaphore: on a line it counts edges", a_semaphore_counts_edges},
#ifdef VITRINE_SIM
    {"level: masked until the user unmasks",
     a_level_is_masked_until_the_user_unmasks},
    {"level: for nobody it waits for its thread",
     a_level_for_nobody_waits_for_its_thread},
#endif
    {"log: it is an ICU with one line", the_log_is_an_icu},
    {"scheduler: it is an ICU with one line", the_scheduler_is_an_icu},
    {0, 0},
};
